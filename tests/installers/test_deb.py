"""The .deb in a Debian that holds what the package declares and nothing more."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.desk import desk
from tests.e2e.test_desk import RENEW, TITLE
from tests.e2e.tray_item import tray_of
from tests.e2e.waiting import until
from tests.installers import use
from tests.installers.chroot import Chroot, changes
from tests.installers.conftest import SIZE_LIMIT_BYTES, Installed

Built = Callable[[str], Path]
Prepare = Callable[..., Installed]


@pytest.fixture
def with_alpkey(ready: Chroot, built: Built, tmp_path: Path) -> Chroot:
    deb = tmp_path / "alpkey.deb"
    deb.write_bytes(built("deb").read_bytes())
    ready.run("dpkg", "--install", str(deb))
    return ready


def test_it_is_small_enough(built: Built) -> None:
    assert built("deb").stat().st_size <= SIZE_LIMIT_BYTES


def test_it_does_its_work(with_alpkey: Chroot, installed: Prepare, tmp_path: Path) -> None:
    alpkey = installed(with_alpkey)
    assert alpkey.run("--version").stdout.startswith("alpkey 0.")
    assert "(deb " in alpkey.run("--version").stdout
    use.has_no_sandbox(alpkey)
    use.renews_and_connects(alpkey)
    folder = tmp_path / "spy"
    folder.mkdir()
    use.starts_its_children_clean(alpkey, folder)


@pytest.mark.parametrize("arguments", [(), ("window", "main"), ("window", "renew")])
def test_it_opens(with_alpkey: Chroot, installed: Prepare, arguments: tuple[str, ...]) -> None:
    use.opens(installed(with_alpkey), *arguments)


def test_it_stands_in_a_panel(with_alpkey: Chroot, installed: Prepare, tmp_path: Path) -> None:
    """As root, whose the panel and its bus are."""
    alpkey = installed(with_alpkey)
    with_alpkey.run("chown", "-R", "root:", str(alpkey.path))
    alpkey.before = tuple(with_alpkey.command())
    with desk(tmp_path / "desk") as real:
        alpkey.environ |= {**real.environ, "HOME": "/root", "QT_QPA_PLATFORM": "xcb"}
        with tray_of(real, alpkey) as item:
            until(real.panel_shows_an_icon, "an icon in the panel")
            item.choose(RENEW)
            until(lambda: real.shows(TITLE), "the dialog", use.START_TIMEOUT_S)
            real.focus(TITLE)
            real.keys("Escape")
            until(lambda: not real.shows(TITLE), "the dialog's end")


def test_every_library_it_asks_for_is_declared(with_alpkey: Chroot) -> None:
    """What no start above has touched, as the plug-in for Wayland, is found too."""
    done = with_alpkey.run(
        "sh",
        "-c",
        "LD_LIBRARY_PATH=/usr/lib/alpkey/_internal find /usr/lib/alpkey -name '*.so*' -type f"
        " -exec ldd {} + | grep 'not found' | sort -u",
        check=False,
    )
    assert done.stdout == ""


def test_nothing_is_left_of_it(ready: Chroot, built: Built, tmp_path: Path) -> None:
    ready.run("dpkg", "--purge", "alpkey", check=False)
    before = ready.files()
    deb = tmp_path / "alpkey.deb"
    deb.write_bytes(built("deb").read_bytes())
    ready.run("dpkg", "--install", str(deb))
    there = changes(before, ready.files())
    assert {
        "+ usr/bin/alpkey",
        "+ usr/lib/alpkey/alpkey",
        "+ usr/share/applications/io.github.alpkey.Alpkey.desktop",
        "+ usr/share/bash-completion/completions/alpkey",
        "+ usr/share/doc/alpkey/copyright",
        "+ usr/share/doc/alpkey/licences/NOTICES.txt",
        "+ usr/share/man/man1/alpkey.1.gz",
    } <= set(there)
    assert [line for line in there if not line.startswith("+ usr/")] == []
    ready.run("dpkg", "--remove", "alpkey")
    ready.run("dpkg", "--purge", "alpkey")
    assert changes(before, ready.files()) == []


def test_its_removal_breaks_no_ssh(with_alpkey: Chroot, installed: Prepare, tmp_path: Path) -> None:
    """A line in somebody's configuration that asks for a key on demand asks no more."""
    alpkey = installed(with_alpkey)
    assert alpkey.renew()[0] == 0
    assert alpkey.json("config", "apply", "--on-demand")[0] == 0
    config = tmp_path / "plain"
    config.symlink_to(alpkey.path / "ssh/config")  # ssh jumps by no file with a space in its name
    plain = [*alpkey.before, "ssh", "-F", str(config), "daint", "hostname"]
    for removed in (False, True):
        if removed:
            with_alpkey.run("dpkg", "--remove", "alpkey")
        done = subprocess.run(
            plain, env=alpkey.environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "daint\n", "")


def test_a_running_tray_becomes_the_upgrade_and_ends_with_the_removal(
    with_alpkey: Chroot, installed: Prepare, tmp_path: Path
) -> None:
    alpkey = installed(with_alpkey)
    program = with_alpkey.root / "usr/lib/alpkey/alpkey"
    with use.Running(alpkey) as running:
        first = running.program()
        assert first == program.stat().st_ino
        with_alpkey.run("dpkg", "--install", str(tmp_path / "alpkey.deb"))
        second = program.stat().st_ino
        assert second != first
        until(lambda: running.program() == second, "the new program in its place", 40)
        with_alpkey.run("dpkg", "--remove", "alpkey")
        running.process.wait(use.START_TIMEOUT_S)
