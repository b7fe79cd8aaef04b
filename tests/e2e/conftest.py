"""The whole program as real child processes, against the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre import Home, centre, home, running_centre
from tests.desktop.conftest import bus_address, serve
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk, desk
from tests.e2e.person import only_listener, person
from tests.keychains import SecretServiceHost, secret_service

NEWER_OPENSSH = Path(__file__).parents[2] / ".venv/openssh/bin"

__all__ = ["bus_address", "centre", "home", "only_listener", "person", "running_centre", "serve"]


@pytest.fixture(scope="module")
def running_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def screen(running_desk: Desk) -> Iterator[Screen]:
    seen = Screen(running_desk)
    yield seen
    seen.close()


@pytest.fixture
def home_on_desk(running_desk: Desk, screen: Screen, home: Home) -> Home:
    home.environ |= {**running_desk.environ, "QT_QPA_PLATFORM": "xcb"}
    return home


@pytest.fixture(params=["own", "newer"])
def either_openssh(request: pytest.FixtureRequest, home: Home) -> None:
    """The home's ssh: this machine's, and that of Debian's next release."""
    if request.param == "newer":
        if not (NEWER_OPENSSH / "ssh").exists():
            pytest.skip("OpenSSH of Debian's next release could not be had here")
        home.environ["PATH"] = f"{NEWER_OPENSSH}:{home.environ['PATH']}"


@pytest.fixture
def keychain(tmp_path: Path, home: Home) -> Iterator[SecretServiceHost]:
    """A real one for this home, with nothing in it."""
    with secret_service(tmp_path / "keychain") as running:
        running.unlock()
        home.environ |= running.environ
        yield running
