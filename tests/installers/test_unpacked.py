"""The .deb's files as they are, unpacked anywhere: the bundle needs no place of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.centre import Home
from tests.installers import use
from tests.installers.conftest import Installed


@pytest.fixture(scope="module")
def tree(built: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    subprocess.run(["dpkg-deb", "--extract", built("deb"), folder], check=True)
    return folder


@pytest.fixture
def alpkey(tree: Path, home: Home) -> Installed:
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": home.environ["HOME"],
        "ALPKEY_HOME": str(home.path),
    }
    return Installed(home.path, home.centre, environ, (), (str(tree / "usr/bin/alpkey"),))


def test_it_renews_and_connects(alpkey: Installed) -> None:
    use.renews_and_connects(alpkey)


def test_its_children_find_their_own_libraries(alpkey: Installed, tmp_path: Path) -> None:
    assert alpkey.renew()[0] == 0
    folder = tmp_path / "spy"
    folder.mkdir()
    use.starts_its_children_clean(alpkey, folder)


def test_the_sandbox_is_not_in_it(alpkey: Installed) -> None:
    use.has_no_sandbox(alpkey)


@pytest.mark.parametrize("arguments", [(), ("window", "main"), ("window", "renew")])
def test_it_opens(alpkey: Installed, arguments: tuple[str, ...]) -> None:
    use.opens(alpkey, *arguments)


def test_every_module_of_ours_is_in_it(alpkey: Installed, tree: Path) -> None:
    """What is imported by its name is not found by a freezer that reads the code."""
    from tests.test_house import COMMANDS

    for name in COMMANDS.keys() - {"alpkey sandbox"}:
        told = alpkey.run(*name.split()[1:], "--help")
        assert told.returncode == 0, (name, told.stderr)
        assert "Traceback" not in told.stderr


def test_the_site_and_the_icon_travel_along(tree: Path) -> None:
    resources = tree / "usr/lib/alpkey/_internal/alpkey/resources"
    assert (resources / "sites/cscs.toml").is_file()
    assert (resources / "icons/io.github.alpkey.Alpkey.svg").is_file()
    assert (resources / "build").read_text().startswith("deb ")
