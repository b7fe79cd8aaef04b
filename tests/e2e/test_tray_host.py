"""A tray host that is not there yet, dies, comes back, or never comes; and no bus at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpkey.core.paths import Paths, find_paths
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.desktop.instance import send
from alpkey.desktop.tray.reminder_file import claim_first_start
from tests.centre import Home
from tests.e2e.accessible import Screen
from tests.e2e.desk import PANEL_ICON, Desk
from tests.e2e.inside import change_inside
from tests.e2e.test_reminders import DIALOG, another_old_key, gone, needs_server, notification, told
from tests.e2e.tray_item import find_item, tray_items
from tests.e2e.waiting import until
from tests.sockets import owner, place_of

MAIN_TITLE = "Alpkey - DEMO"
SOON = "from alpkey.desktop.tray import window_fallback\nwindow_fallback.GRACE_MS = 300\n"


def places(home: Home) -> Paths:
    return find_paths(home.environ, sys.platform, "/nowhere", os.getuid())


@contextmanager
def started(home: Home, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The tray, whether an icon shows or not; told to end by a signal."""
    process = subprocess.Popen(home.command(*arguments), env=home.environ)
    try:
        yield process
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def without_a_host(running_desk: Desk) -> Iterator[Desk]:
    running_desk.panel.die()
    yield running_desk
    running_desk.panel.come()


def end_windows(home: Home, screen: Screen) -> None:
    os.kill(owner(place_of(home.environ, WINDOW)), signal.SIGTERM)
    until(lambda: screen.find(MAIN_TITLE) is None, "the end of the windows")


@pytest.fixture
def quick(running_desk: Desk, home_on_desk: Home, tmp_path: Path) -> Home:
    """A home whose tray waits a moment and not ten seconds for a host that has gone."""
    change_inside(home_on_desk, tmp_path, SOON)
    # Whoever runs this may have locked the screen of another session.
    address = running_desk.environ["DBUS_SESSION_BUS_ADDRESS"]
    home_on_desk.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
    return home_on_desk


def test_from_a_login_without_a_host(running_desk: Desk, screen: Screen, quick: Home) -> None:
    """Reminders only; the icon comes and goes with a host, and the window stands in for it."""
    needs_server()
    another_old_key(quick)
    running_desk.panel.die()
    with started(quick, "--at-login"):
        running_desk.click(*notification(screen).named("Later").middle())
        gone(screen)
        assert list(told(quick)["told"].values()) == ["soon"]  # type: ignore[attr-defined]
        assert screen.find(MAIN_TITLE) is None
        running_desk.panel.come()
        item = find_item(running_desk.bus)
        until(lambda: "until" in item.tooltip(), "the tray's tooltip")
        running_desk.panel.die()
        window = screen.window(MAIN_TITLE)
        until(lambda: any("Key valid until" in text for text in window.texts()), "the key")
        running_desk.panel.come()
        find_item(running_desk.bus)
        until(lambda: screen.find(MAIN_TITLE) is None, "the end of what stood in")
        until(lambda: len(tray_items(running_desk.bus)) == 1, "one icon alone")
        # What a person opened is the person's.
        assert send(place_of(quick.environ, TRAY), show="main")
        screen.window(MAIN_TITLE)
        running_desk.panel.die()
        running_desk.panel.come()
        until(lambda: len(tray_items(running_desk.bus)) == 1, "one icon alone")
        assert "Open Alpkey" in find_item(running_desk.bus).labels()
        assert screen.find(MAIN_TITLE) is not None
        end_windows(quick, screen)


def test_a_person_who_starts_it_without_a_host_sees_the_window(
    without_a_host: Desk, screen: Screen, home_on_desk: Home
) -> None:
    claim_first_start(home_on_desk.path / "state/tray.json")  # which is another window's test
    with started(home_on_desk):
        window = screen.window(MAIN_TITLE)
        assert "There is no key yet" in window.texts()
        # A login that starts it again raises nothing and ends well.
        assert home_on_desk.run("--at-login").returncode == 0
        end_windows(home_on_desk, screen)


@pytest.fixture
def without_a_bus(home_on_desk: Home) -> Home:
    """A home whose key ends soon, where programs find no bus: windows are seen on the X server."""
    home_on_desk.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
    home_on_desk.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "odd"
    another_old_key(home_on_desk)
    return home_on_desk


def end_window(desk: Desk, home: Home, title: str) -> None:
    socket = place_of(home.environ, WINDOW)
    os.kill(owner(socket), signal.SIGTERM)
    until(lambda: not desk.shows(title), "the end of the window")
    # Its process takes wishes to the end, and would take the next one along.
    until(lambda: not send(socket, fill={}), "the end of its process")


def test_without_a_bus_and_a_host_the_window_is_all(
    without_a_host: Desk, without_a_bus: Home
) -> None:
    with started(without_a_bus) as tray:
        # At the start; and 1.5 s later a reminder is due that nothing else can tell.
        for _ in range(2):
            until(lambda: without_a_host.shows(MAIN_TITLE), "the main window")
            end_window(without_a_host, without_a_bus, MAIN_TITLE)
        assert tray.poll() is None


def test_without_a_bus_the_icon_stands_in_the_old_tray(
    running_desk: Desk, without_a_bus: Home
) -> None:
    """XEmbed, which this panel has too: icon and reminder are windows.

    Nobody tells when such a tray comes; it is looked for at every look.
    """

    def shown() -> bool:
        (without_a_bus.path / "state/noticed").touch()
        return running_desk.windows("^alpkey$") == 2

    with started(without_a_bus, "--at-login"):
        until(shown, "the icon and its reminder")
        running_desk.click(*PANEL_ICON)
        until(lambda: running_desk.shows(DIALOG), "the dialog")
        end_window(running_desk, without_a_bus, DIALOG)
