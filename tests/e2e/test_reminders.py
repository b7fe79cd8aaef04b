"""Reminders on a real desk, shown by xfce4-notifyd: pressed, put off, and taken back."""

import json
import os
import signal
import time

import pytest

from tests.centre import Home
from tests.e2e.accessible import Node, Screen
from tests.e2e.desk import DRIVER, Desk
from tests.e2e.tray_item import tray_of
from tests.e2e.waiting import until

DIALOG = "DEMO - Renew CSCS key"
SERVER = "xfce4-notifyd"
SERVER_FILE = "/usr/share/dbus-1/services/org.xfce.xfce4-notifyd.Notifications.service"
HOUR_S = 3600


def needs_server() -> None:
    """The bus starts the server at the first reminder."""
    if not os.path.exists(SERVER_FILE):  # noqa: PTH110  a plain question
        pytest.skip("notifications need xfce4-notifyd")


@pytest.fixture(scope="module")
def running_desk(running_desk: Desk) -> Desk:
    needs_server()
    return running_desk


@pytest.fixture
def aged(running_desk: Desk, home_on_desk: Home) -> Home:
    """A home on the desk with a key that ends soon."""
    home = home_on_desk
    # Whoever runs this may have locked the screen of another session.
    home.environ["DBUS_SYSTEM_BUS_ADDRESS"] = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    another_old_key(home)
    return home


def another_old_key(home: Home) -> None:
    """A key that was made 23 hours ago, less ten minutes."""
    home.centre.control("clock", offset_s=-23 * HOUR_S + 600)
    assert home.renew()[0] == 0
    home.centre.control("clock", offset_s=0)
    made_at = time.time() - 23 * HOUR_S + 600
    os.utime(home.certificate, (made_at, made_at))


def on_screen(screen: Screen) -> Node | None:
    """The notification's window; it has no title."""
    return screen.find("", SERVER)


def notification(screen: Screen) -> Node:
    window = until(lambda: on_screen(screen), "a notification")
    until(
        lambda: any("key is valid until" in text for text in window.texts()), "the reminder's words"
    )
    return window


def gone(screen: Screen) -> None:
    until(lambda: on_screen(screen) is None, "the end of the notification")


def told(home: Home) -> dict[str, object]:
    row: dict[str, object] = json.loads((home.path / "state/tray.json").read_bytes())
    return row


def test_its_button_opens_the_dialog(running_desk: Desk, screen: Screen, aged: Home) -> None:
    with tray_of(running_desk, aged):
        shown = notification(screen)
        running_desk.click(*shown.named("Renew").middle())
        screen.window(DIALOG)
        gone(screen)
        running_desk.focus(DIALOG)
        running_desk.keys("Escape")
        until(lambda: screen.find(DIALOG) is None, "the dialog's end")
    assert list(told(aged)["told"].values()) == ["soon"]  # type: ignore[attr-defined]


def test_dismissed_is_not_shown_again(running_desk: Desk, screen: Screen, aged: Home) -> None:
    """With this server a click beside the buttons only dismisses."""
    with tray_of(running_desk, aged) as item:
        shown = notification(screen)
        words = next(one for one in shown.walk() if "key is valid until" in one.name)
        running_desk.click(*words.middle())
        gone(screen)
        assert screen.find(DIALOG) is None
        assert told(aged)["snooze"] is None
        # The menu opens, which is a look; its entry is there only where a notice has no buttons.
        assert "Remind me in 30 minutes" not in item.labels()
        assert on_screen(screen) is None


def test_a_server_that_is_killed_is_followed_by_the_next(
    running_desk: Desk, screen: Screen, aged: Home
) -> None:
    with tray_of(running_desk, aged):
        notification(screen)
        os.kill(server(running_desk), signal.SIGKILL)
        gone(screen)
        another_old_key(aged)
        notification(screen)


def server(running_desk: Desk) -> int:
    """The process that shows notifications."""
    name = "org.freedesktop.Notifications"
    process: int = running_desk.bus.call(DRIVER, "GetConnectionUnixProcessID", "s", name)[0]
    return process


def test_later_waits_for_half_an_hour(running_desk: Desk, screen: Screen, aged: Home) -> None:
    with tray_of(running_desk, aged):
        running_desk.click(*notification(screen).named("Later").middle())
        until(lambda: told(aged)["snooze"], "the snooze")
        gone(screen)
        assert screen.find(DIALOG) is None


def test_a_renewal_takes_it_off_the_screen(running_desk: Desk, screen: Screen, aged: Home) -> None:
    with tray_of(running_desk, aged):
        notification(screen)
        assert aged.renew()[0] == 0
        gone(screen)


def test_quit_takes_it_off_the_screen(running_desk: Desk, screen: Screen, aged: Home) -> None:
    with tray_of(running_desk, aged):
        notification(screen)
    gone(screen)


def test_the_switch_silences_it_at_once(running_desk: Desk, screen: Screen, aged: Home) -> None:
    with tray_of(running_desk, aged):
        notification(screen)
        settings = aged.path / "config/config.toml"
        settings.write_text("reminders = false\n")
        gone(screen)
