"""What ``make installers`` left in dist/, and a Debian to try it in."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.centre import Centre, Home, centre, home, running_centre
from tests.installers.chroot import USER, Chroot, make

__all__ = ["centre", "home", "running_centre"]

ROOT = Path(__file__).parents[2]
# The oldest Debian that can run it, and the newest.
SUITES = ("bookworm", "trixie")
SIZE_LIMIT_BYTES = 38_000_000


@dataclass
class Installed(Home):
    """Alpkey as it was installed, in place of that of the checkout."""

    program: tuple[str, ...] = ("alpkey",)

    def command(self, *arguments: str) -> list[str]:
        return [*self.before, *self.program, *arguments]


def let_in(folder: Path) -> None:
    """Lets a user of the Debian in there reach what a test puts into ``folder``."""
    method = Path(tempfile.gettempdir())
    for name in folder.relative_to(method).parts:
        method /= name
        method.chmod(0o755)


@pytest.fixture(scope="session")
def built() -> Callable[[str], Path]:
    """The one installer of this form that was built."""

    def find(form: str) -> Path:
        found = list((ROOT / "dist").glob(f"alpkey[-_]*.{form}"))
        assert len(found) == 1, f"{found}: make installers"
        return found[0]

    return find


@pytest.fixture(scope="module", params=SUITES)
def debian(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chroot]:
    if os.getuid() != 0:
        pytest.skip("only root makes another root")
    if shutil.which("debootstrap") is None:
        pytest.skip("no debootstrap")
    folder = tmp_path_factory.mktemp("debian")
    let_in(folder)
    yield make(folder / "root", request.param, ROOT / "build/chroots")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ready(debian: Chroot, built: Callable[[str], Path]) -> Chroot:
    """With what the .deb depends on, and nothing of Alpkey."""
    depends = subprocess.run(
        ["dpkg-deb", "--field", built("deb"), "Depends"], capture_output=True, text=True, check=True
    ).stdout.strip()
    debian.apt_get("update")
    debian.apt_get("satisfy", "--no-install-recommends", depends)
    return debian


@pytest.fixture
def installed(centre: Centre, home: Home, tmp_path: Path) -> Callable[..., Installed]:
    """A home as ``home``, of a user in there, and the installed program run in it."""

    def prepare(debian: Chroot, *program: str) -> Installed:
        let_in(tmp_path)
        debian.run("chown", "-R", f"{USER}:", str(home.path))
        # The sandbox's certificate is for anybody to read.
        Path(centre.facts.ca_bundle).parent.chmod(0o755)
        Path(centre.facts.ca_bundle).chmod(0o644)
        environ = {
            "PATH": "/usr/bin:/bin:/usr/sbin",
            "LANG": "C.UTF-8",
            "HOME": f"/home/{USER}",
            "ALPKEY_HOME": str(home.path),
            "XDG_CACHE_HOME": str(home.path / "cache"),  # fontconfig keeps one in every home
            "XDG_RUNTIME_DIR": "",
        }
        before = tuple(debian.command(user=USER))
        return Installed(home.path, centre, environ, before, program or ("alpkey",))

    return prepare
