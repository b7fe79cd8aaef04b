"""What desktops read, judged by their own tools: the validator, and GLib's launcher."""

import itertools
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.core.desktop import freedesktop
from alpkey.core.desktop.external_file import ExternalFile, InvalidPath
from alpkey.core.paths import APP_ID, Paths, user_paths
from alpkey.core.site import with_clusters
from tests.core.sites import site
from tests.e2e.waiting import until

ICON = Path(__file__).parents[3] / f"resources/icons/{APP_ID}.svg"
ODD_WORDS = [
    "a b",
    'quo"te',
    "tick`",
    "$HOME",
    "back\\slash",
    "100%",
    "%u",
    "ünï",
    "~",
    ";&|<>",
    "'",
]


@pytest.fixture
def at() -> Paths:
    return user_paths()


def needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def written(file: ExternalFile) -> Path:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(file.content)
    return file.path


def entries(at: Paths, *command: str) -> list[ExternalFile]:
    menu, _ = freedesktop.menu(at, site(), command, b"")
    return [freedesktop.autostart(at, site(), command), menu]


@pytest.mark.parametrize("command", [["/usr/bin/alpkey"], ["/a b/python", "-P", *ODD_WORDS]])
def test_the_validator_accepts_it(at: Paths, command: list[str]) -> None:
    for file in entries(at, *command):
        done = subprocess.run(
            [needed("desktop-file-validate"), written(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_argument_arrives_unchanged(at: Paths, tmp_path: Path) -> None:
    """Launched by GLib, as GNOME and XFCE do it."""
    heard = tmp_path / "heard"
    program = tmp_path / 'pro$gram "x"'
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\0" "$@" >"{heard}.new"; mv "{heard}.new" "{heard}"\n'
    )
    program.chmod(0o755)
    for file in entries(at, str(program), *ODD_WORDS):
        subprocess.run([needed("gio"), "launch", written(file)], check=True, capture_output=True)
        until(heard.exists, "what the program was given")
        at_login = ["--at-login"] if file.name == "autostart" else []
        assert heard.read_text().split("\0")[:-1] == [*ODD_WORDS, *at_login]
        heard.unlink()


def test_it_waits_for_the_panel(at: Paths) -> None:
    lines = freedesktop.autostart(at, site(), ["x"]).content.decode().splitlines()
    for line in (
        "X-GNOME-Autostart-Delay=5",
        "X-KDE-autostart-after=panel",
        "X-LXQt-Need-Tray=true",
    ):
        assert line in lines


def test_the_menu_offers_to_renew_and_the_clusters_that_are_shown(at: Paths) -> None:
    hidden, *shown = [host.name for host in site().clusters]
    wanted = with_clusters(site(), [(hidden, False), ("my_own.x", "login.example.org")])
    entry, icon = freedesktop.menu(at, wanted, ["/bin/alpkey"], b"<svg/>")
    text = entry.content.decode()
    names = [line.removeprefix("Name=") for line in text.splitlines() if line.startswith("Name=")]
    connect = [f"Connect to {name}" for name in (*shown, "my_own.x")]
    assert names == ["Alpkey", "Renew key", *connect]
    assert 'Exec="/bin/alpkey" "window" "renew"\n' in text
    assert 'Exec="/bin/alpkey" "connect" "my_own.x"\n' in text
    assert icon.content == b"<svg/>"


def test_each_file_is_where_a_desktop_looks(at: Paths) -> None:
    entry, icon = freedesktop.menu(at, site(), ["x"], b"")
    assert entry.path == at.share / "applications" / f"{APP_ID}.desktop"
    assert icon.path == at.share / f"icons/hicolor/scalable/apps/{APP_ID}.svg"
    assert f"Icon={APP_ID}\n" in entry.content.decode()


@pytest.mark.parametrize("letter", ["\n", "\r", "\t", "\0"])
def test_a_value_that_no_entry_can_hold_is_rejected(at: Paths, letter: str) -> None:
    with pytest.raises(InvalidPath):
        freedesktop.autostart(at, site(), [f"/a{letter}b"])
    with pytest.raises(InvalidPath):
        freedesktop.autostart(at, replace(site(), name=f"a{letter}b"), ["x"])


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("", True),
        ("Hidden=false", True),
        ("X-GNOME-Autostart-enabled=true", True),
        ("# Hidden=true", True),
        ("Hidden=true", False),
        ("Hidden = true ", False),
        ("X-GNOME-Autostart-enabled=false", False),
        ("X-MATE-Autostart-enabled=false", False),
        ("X-MATE-Autostart-enabled=true", True),
    ],
)
def test_a_desktop_switches_one_off_by_a_line(at: Paths, line: str, on: bool) -> None:
    content = freedesktop.autostart(at, site(), ["x"]).content + line.encode() + b"\n"
    assert freedesktop.is_switched_on(content) is on


def test_the_icon_is_drawn_by_qt() -> None:
    """A desktop that knows SVG shows it: it has to be well-formed and to hold some colour."""
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = QSvgRenderer(str(ICON))
    assert drawing.isValid()
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    pixels = itertools.product(range(32), repeat=2)
    assert len({image.pixel(x, y) for x, y in pixels}) > 3
