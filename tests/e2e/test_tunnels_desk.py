"""Tunnels on a real desk: the tray's menu, its dot, and its end."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from alpkey.core.runtime_folder import WINDOW
from tests.centre import Home
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk
from tests.e2e.tray_item import TrayItem, find_item, tray_items, tray_of
from tests.e2e.tunnelling import GREETING, NODE, SERVICE, Tunnels, fetch
from tests.e2e.waiting import until
from tests.sockets import owner, place_of

DAINT = ("daint", NODE, str(SERVICE))
OPEN = f"{NODE} of daint, port {SERVICE}: open"
TITLE = "Tunnels (1 open)"
QUESTION = "Quit Alpkey"
MAIN, DIALOG = "Alpkey - DEMO", "DEMO - New tunnel"


@pytest.fixture
def tunnels(home_on_desk: Home) -> Iterator[Tunnels]:
    assert home_on_desk.renew()[0] == 0
    made = Tunnels(home_on_desk)
    yield made
    made.close_all()


def shows(tray: TrayItem, title: str) -> None:
    until(lambda: title in tray.labels(), f"{title} in the menu")


def test_the_menu_and_the_icon_follow_a_tunnel(running_desk: Desk, tunnels: Tunnels) -> None:
    with tray_of(running_desk, tunnels.home) as tray:
        shows(tray, "Tunnels")
        until(lambda: "until" in tray.tooltip(), "the first look")
        plain = tray.picture()
        tunnel = tunnels.open(*DAINT)
        shows(tray, TITLE)
        assert tray.labels(TITLE)[0] == OPEN
        assert tray.labels(TITLE, OPEN) == ["Open in browser", "Copy address", "Close"]
        until(lambda: tray.picture() != plain, "the dot")
        tray.choose(TITLE, OPEN, "Close")
        shows(tray, "Tunnels")
        until(lambda: tray.picture() == plain, "the icon without its dot")
        assert fetch(tunnel["url"]) is None


def test_from_the_menu_to_the_page_of_a_node(
    running_desk: Desk, screen: Screen, tunnels: Tunnels
) -> None:
    """The job is listed over ssh, and offered; the dialog ends once the tunnel stands."""
    with tray_of(running_desk, tunnels.home) as tray:
        shows(tray, "Tunnels")
        tray.choose("Tunnels", "My jobs\N{HORIZONTAL ELLIPSIS}")
        dialog = screen.window(DIALOG)
        until(lambda: any("jupyter on nid006554" in one for one in dialog.texts()), "the jobs")
        running_desk.focus(DIALOG)
        running_desk.keys("alt+p")
        running_desk.keys("ctrl+a")
        running_desk.type(str(SERVICE))
        running_desk.keys("Return")
        tunnel = tunnels.is_in("open")
        until(lambda: screen.find(DIALOG) is None, "the end of the dialog")
        window = screen.window(MAIN)
        until(lambda: f"Open\n{tunnel['url']}" in window.texts(), "the tunnel on the page")
        assert fetch(tunnel["url"]) == GREETING
        window.named("Close").press()
        until(lambda: "No tunnel is open" in window.texts(), "the end of the tunnel")
        assert tunnels.rows() == []
        os.kill(owner(place_of(tunnels.home.environ, WINDOW)), signal.SIGTERM)
        until(lambda: screen.find(MAIN) is None, "the end of the windows")


def test_a_tunnel_does_not_mind_the_end_of_the_tray(running_desk: Desk, tunnels: Tunnels) -> None:
    """However the tray ends; and the next one finds it."""
    process = subprocess.Popen(tunnels.home.command(), env=tunnels.home.environ)
    find_item(running_desk.bus)
    tunnel = tunnels.open(*DAINT)
    process.kill()
    process.wait()
    until(lambda: not tray_items(running_desk.bus), "the end of the icon")
    assert fetch(tunnel["url"]) == GREETING
    assert tunnels.listed() == [tunnel]


@pytest.mark.parametrize("button", ["Close them and quit", "Quit, keep them running"])
def test_quit_asks_what_becomes_of_open_tunnels(
    running_desk: Desk, screen: Screen, tunnels: Tunnels, button: str
) -> None:
    tunnel = tunnels.open(*DAINT)
    with subprocess.Popen(tunnels.home.command(), env=tunnels.home.environ) as process:
        tray = find_item(running_desk.bus)
        shows(tray, TITLE)
        tray.choose("Quit")
        screen.window(QUESTION).named("Cancel").press()
        until(lambda: screen.find(QUESTION) is None, "the end of the question")
        assert process.poll() is None
        tray.choose("Quit")
        screen.window(QUESTION).named(button).press()
        assert process.wait(20) == 0
    until(lambda: not tray_items(running_desk.bus), "the end of the icon")
    if "keep" in button:
        assert fetch(tunnel["url"]) == GREETING
    else:
        until(lambda: tunnels.rows() == [], "the end of the tunnel")
        assert fetch(tunnel["url"]) is None
