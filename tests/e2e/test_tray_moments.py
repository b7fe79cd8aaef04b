"""Bad moments of a running tray: its files, its disk, its screen, a drive that tells nothing."""

import ctypes.util
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from alpkey.core.runtime_folder import WINDOW
from alpkey.desktop import drawing
from alpkey.desktop.views.icon_state import IconShape, IconView
from tests.centre import Home
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk
from tests.e2e.inside import change_inside
from tests.e2e.test_bad_moments import ON_A_FULL_DISK, can_mount
from tests.e2e.test_desk import RENEW, TITLE, sign_in, terminal_that_asks
from tests.e2e.test_reminders import another_old_key, needs_server, notification, told
from tests.e2e.test_tray_host import MAIN_TITLE, end_windows
from tests.e2e.tray_item import TrayItem, tray_of
from tests.e2e.waiting import until
from tests.sockets import owner, place_of

pytestmark = pytest.mark.usefixtures("qapp")  # what the panel gets is compared with a drawing

SIZE_PX = 24
BROKEN = IconView(IconShape.WARNING)
NONE = IconView(IconShape.MISSING)
FRESH = IconView(IconShape.NUMBER, "23", 8)


def drawn(view: IconView) -> bytes:
    image = drawing.pixmap(view, SIZE_PX).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = memoryview(image.constBits()).cast("B").cast("I")
    return b"".join(pixel.to_bytes(4, "big") for pixel in pixels)


def shows(item: TrayItem, view: IconView, words: str) -> None:
    until(
        lambda: words in item.tooltip() and item.drawing(SIZE_PX) == drawn(view), f"{view} {words}"
    )


def test_whatever_becomes_of_the_certificate(running_desk: Desk, home_on_desk: Home) -> None:
    """Each state as the panel gets it: the drawing, and the words."""
    home = home_on_desk
    home.without_root_power()
    with tray_of(running_desk, home) as item:
        shows(item, NONE, "there is no key yet")
        assert home.renew()[0] == 0
        shows(item, FRESH, "key until")
        content = home.certificate.read_bytes()
        home.certificate.write_bytes(content[: len(content) // 2])
        shows(item, BROKEN, "the key cannot be used")
        home.certificate.write_bytes(b"")
        shows(item, BROKEN, "the key cannot be used")
        home.certificate.write_bytes(content)
        shows(item, FRESH, "key until")
        home.certificate.chmod(0o000)
        # A change of the mode alone is told of by the folder's watch.
        shows(item, BROKEN, "the key cannot be used")
        home.certificate.unlink()
        home.certificate.mkdir()
        shows(item, BROKEN, "the key cannot be used")
        home.certificate.rmdir()
        shows(item, NONE, "there is no key yet")
        home.certificate.write_bytes(content)
        with (home.path / "state/lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (home.path / "state/noticed").touch()
            shows(item, IconView(IconShape.WORKING), "key until")
        shows(item, FRESH, "key until")
        home.key.unlink()
        shows(item, NONE, "there is no key yet")
        assert home.renew()[0] == 0
        shows(item, FRESH, "key until")


def test_a_home_on_a_drive_that_tells_of_no_change(
    running_desk: Desk, home_on_desk: Home, tmp_path: Path
) -> None:
    """As NFS does of changes by another machine: the tick sees them, here made short."""
    deaf = "from alpkey.desktop import file_watcher\nfile_watcher.TICK_MS = 200\n"
    deaf += "file_watcher.QFileSystemWatcher.addPaths = lambda *_: []\n"
    change_inside(home_on_desk, tmp_path, deaf)
    with tray_of(running_desk, home_on_desk) as item:
        until(lambda: "no key yet" in item.tooltip(), "the tooltip")
        assert home_on_desk.renew()[0] == 0
        until(lambda: "key until" in item.tooltip(), "the new key")


def test_a_full_disk_loses_no_reminder_and_repeats_none(
    running_desk: Desk, screen: Screen, home_on_desk: Home
) -> None:
    if not can_mount():
        pytest.skip("mounting a small disk needs root")
    needs_server()
    home = home_on_desk
    home.environ["DBUS_SYSTEM_BUS_ADDRESS"] = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    another_old_key(home)
    state = home.path / "state"
    home.before = ("unshare", "-m", "sh", "-c", ON_A_FULL_DISK, str(state))
    with tray_of(running_desk, home) as item:
        shown = notification(screen)
        words = next(one for one in shown.walk() if "key is valid until" in one.name)
        running_desk.click(*words.middle())
        until(lambda: screen.find("", "xfce4-notifyd") is None, "the end of the notification")
        assert any(label.startswith("Key valid until") for label in item.labels())
        assert screen.find("", "xfce4-notifyd") is None
    with pytest.raises(FileNotFoundError):
        told(home)


# Gives the X server two monitors side by side, or takes one away (XRandR 1.5).
MONITORS = """
import ctypes.util, sys
x11, randr = (ctypes.CDLL(ctypes.util.find_library(name)) for name in ("X11", "Xrandr"))
class Monitor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_ulong), ("primary", ctypes.c_int), ("automatic", ctypes.c_int),
                ("outputs", ctypes.c_int), ("x", ctypes.c_int), ("y", ctypes.c_int),
                ("width", ctypes.c_int), ("height", ctypes.c_int), ("mwidth", ctypes.c_int),
                ("mheight", ctypes.c_int), ("output", ctypes.POINTER(ctypes.c_ulong))]
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.restype = ctypes.c_ulong
x11.XDefaultRootWindow.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
name = lambda text: x11.XInternAtom(display, text, 0)
for number, text in enumerate(sys.argv[2:]):
    atom = name(text.encode())
    if sys.argv[1] == "add":
        one = Monitor(atom, number == 0, 0, 0, 640 * number, 0, 640, 800, 160, 200, None)
        randr.XRRSetMonitor(display, root, ctypes.byref(one))
    else:
        randr.XRRDeleteMonitor(display, root, ctypes.c_ulong(atom))
x11.XSync(display, 0)
"""


def monitors(desk: Desk, action: str, *names: str, check: bool = True) -> None:
    command = [sys.executable, "-c", MONITORS, action, *names]
    subprocess.run(command, env={**os.environ, **desk.environ}, check=check, capture_output=True)


def test_a_screen_that_is_removed(running_desk: Desk, screen: Screen, home_on_desk: Home) -> None:
    if ctypes.util.find_library("Xrandr") is None:
        pytest.skip("the library of XRandR is not there")
    monitors(running_desk, "add", "left", "right")
    try:
        with tray_of(running_desk, home_on_desk) as item:
            item.choose("Open Alpkey")
            window = screen.window(MAIN_TITLE)
            running_desk.move(MAIN_TITLE, 660, 40)
            monitors(running_desk, "remove", "right")
            button = window.named("Renew key\N{HORIZONTAL ELLIPSIS}")
            running_desk.move(MAIN_TITLE, 20, 40)  # as a window manager does
            until(lambda: button.middle()[0] < 640, "the window on the screen that is left")
            running_desk.click(*button.middle())
            screen.window(TITLE)
            running_desk.focus(TITLE)
            running_desk.keys("Escape")
            until(lambda: screen.find(TITLE) is None, "the dialog's end")
            assert "Open Alpkey" in item.labels()
            end_windows(home_on_desk, screen)
    finally:
        monitors(running_desk, "remove", "left", check=False)


def test_a_dead_key_is_renewed_and_then_connected_with(
    running_desk: Desk, screen: Screen, home_on_desk: Home, tmp_path: Path
) -> None:
    """From the menu, whose entry is offered all the same."""
    home = home_on_desk
    said = terminal_that_asks(home, tmp_path)
    home.centre.control("clock", offset_s=4 - 24 * 3600)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    until(lambda: home.json("status")[1]["state"] == "expired", "the end of the key")
    with tray_of(running_desk, home) as item:
        shows(item, IconView(IconShape.EXPIRED), "key expired")
        item.choose("Connect to daint")
        window = screen.window(TITLE)
        sign_in(running_desk, window, "alice", home.centre.password, home.centre.otp())
        until(lambda: said.exists() and "daint" in said.read_text().split(), "a session on daint")


def children_of(process_id: int) -> list[int]:
    told = Path(f"/proc/{process_id}/task").glob("*/children")
    return [int(one) for path in told for one in path.read_text().split()]


def test_a_child_that_crashes_or_hangs_is_told_of_and_let_go(
    running_desk: Desk, screen: Screen, home_on_desk: Home, tmp_path: Path
) -> None:
    """With the 45 s in which a key may still be installed made short."""
    home = home_on_desk
    change_inside(
        home,
        tmp_path,
        "from alpkey.desktop.child import child_process\nchild_process.CANCEL_TIMEOUT_MS = 300\n",
    )
    with tray_of(running_desk, home) as item:
        item.choose(RENEW)
        window = screen.window(TITLE)
        window.named("One-time code")
        windows = owner(place_of(home.environ, WINDOW))
        (child,) = until(lambda: children_of(windows), "the child")
        os.kill(child, signal.SIGKILL)
        until(lambda: "Alpkey broke off" in window.texts(), "the words")
        window.named("Try again").press()
        (child,) = until(lambda: children_of(windows), "the next child")
        window.named("One-time code")
        os.kill(child, signal.SIGSTOP)
        running_desk.focus(TITLE)
        running_desk.keys("Escape")
        until(lambda: screen.find(TITLE) is None, "the dialog's end")
        assert home.pair() is None
        assert any("no key" in label for label in item.labels())
