"""The main window comes where the icon's host is gone for good, and leaves when one is there."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.tray import window_fallback
from alpkey.desktop.tray.window_fallback import WindowFallback
from tests.desktop.buses import FakeScreenSaver, FakeService

Keep = Callable[[FakeService], FakeService]


class World:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.fallback = WindowFallback(
            lambda: self.done.append("appear"), lambda: self.done.append("leave")
        )


@pytest.fixture
def world(qtbot: QtBot, bus_address: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(window_fallback, "GRACE_MS", 50)
    return World()


def test_it_comes_once_the_host_is_gone_for_good_and_leaves_with_the_next(
    qtbot: QtBot, world: World
) -> None:
    world.fallback.host_went()
    qtbot.waitUntil(lambda: world.done == ["appear"])
    world.fallback.host_came()
    world.fallback.host_came()
    assert world.done == ["appear", "leave"]


def test_a_panel_that_is_killed_and_comes_back_shows_no_window(
    qtbot: QtBot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_fallback, "GRACE_MS", 60_000)
    world.fallback.host_went()
    world.fallback.host_came()
    assert not world.fallback._grace.isActive()
    assert world.done == []


def test_a_host_that_is_away_while_the_screen_is_locked_is_waited_for(
    qtbot: QtBot, world: World, bus_address: str, serve: Keep
) -> None:
    """GNOME ends its extensions at the lock; the next host may be there a moment after."""
    saver = FakeScreenSaver(bus_address, active=True)
    serve(saver)
    world.fallback.host_went()
    qtbot.waitUntil(lambda: world.fallback._was_locked)
    assert world.done == []
    saver.set_active(False)
    qtbot.waitUntil(world.fallback._grace.isActive)
    world.fallback.host_came()
    assert world.done == []
    world.fallback.host_went()
    qtbot.waitUntil(lambda: world.done == ["appear"])


def test_without_a_bus_it_comes_too(
    qtbot: QtBot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere")
    world.fallback.host_went()
    qtbot.waitUntil(lambda: world.done == ["appear"])
