"""The .deb's files as they are, unpacked anywhere: the bundle needs no place of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.waiting import until
from tests.installers import use
from tests.installers.conftest import Installed
from tests.keychains import secret_service


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


def test_it_opens_on_wayland(alpkey: Installed, tmp_path: Path) -> None:
    """A real compositor, which shows nothing to anybody."""
    if not (weston := shutil.which("weston")):
        pytest.skip("no weston")
    socket = tmp_path / "display"
    command = [weston, "--backend=headless-backend.so", f"--socket={socket.name}", "--idle-time=0"]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    tmp_path.chmod(0o700)
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env=environ, stdout=log, stderr=log) as compositor,
    ):
        try:
            until(socket.exists, "the compositor")
            there = {"QT_QPA_PLATFORM": "wayland", "WAYLAND_DISPLAY": str(socket), "DISPLAY": ""}
            with use.Running(alpkey, "window", "renew", **there) as running:
                mapped = f"/proc/{running.process.pid}/maps"
                assert "libQt6WaylandClient" in Path(mapped).read_text()
        finally:
            compositor.terminate()


def test_it_keeps_a_password_in_a_real_keychain(alpkey: Installed, tmp_path: Path) -> None:
    with secret_service(tmp_path / "keychain") as keychain:
        keychain.unlock()
        alpkey.environ |= keychain.environ
        password = json.dumps({"password": alpkey.centre.password}) + "\n"
        code, result = alpkey.json(
            "password", "keep", "--username", "alice", "--stdin", typed=password
        )
        assert code == 0, result
        code_alone = json.dumps({"otp": alpkey.centre.otp()}) + "\n"
        code, result = alpkey.json("renew", "--username", "alice", "--stdin", typed=code_alone)
        assert (code, result.get("renewed")) == (0, True), result
        assert alpkey.json("password", "forget")[0] == 0


def test_every_module_of_ours_is_in_it(alpkey: Installed, tree: Path) -> None:
    """What is imported by its name is not found by a freezer that reads the code."""
    from tests.test_house import COMMANDS

    for name in COMMANDS.keys() - {"alpkey sandbox"}:
        done = alpkey.run(*name.split()[1:], "--help")
        assert done.returncode == 0, (name, done.stderr)
        assert "Traceback" not in done.stderr


def test_the_site_and_the_icon_travel_along(tree: Path) -> None:
    resources = tree / "usr/lib/alpkey/_internal/alpkey/resources"
    assert (resources / "sites/cscs.toml").is_file()
    assert (resources / "icons/io.github.alpkey.Alpkey.svg").is_file()
    assert (resources / "build").read_text().startswith("deb ")
