"""Whether the screen is locked, as far as the desktop tells."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.bus import Bus, session_bus, system_bus
from alpkey.desktop.tray import screen_lock
from alpkey.desktop.tray.screen_lock import ScreenLock
from tests.desktop.buses import FakeLogin, FakeScreenSaver, FakeService

Connect = Callable[[Callable[[], Bus]], Bus]
Keep = Callable[[FakeService], FakeService]


@pytest.fixture
def lock(qtbot: QtBot, bus_address: str, connect: Connect) -> Callable[[], ScreenLock]:
    def make() -> ScreenLock:
        made = ScreenLock(connect(session_bus), connect(system_bus))
        assert made.locked is None
        qtbot.waitUntil(lambda: made.locked is not None)
        return made

    return make


def test_a_desktop_that_answers_nothing(lock: Callable[[], ScreenLock]) -> None:
    assert lock().locked is False


@pytest.mark.parametrize("active", [True, False])
def test_a_screen_saver(
    qtbot: QtBot, bus_address: str, serve: Keep, lock: Callable[[], ScreenLock], active: bool
) -> None:
    saver = FakeScreenSaver(bus_address, active)
    serve(saver)
    known = lock()
    assert known.locked is active
    with qtbot.waitSignal(known.changed):
        saver.set_active(not active)
    assert known.locked is not active


@pytest.mark.parametrize("locked", [True, False])
def test_the_hint_of_the_login_session(
    qtbot: QtBot, bus_address: str, serve: Keep, lock: Callable[[], ScreenLock], locked: bool
) -> None:
    login = FakeLogin(bus_address, locked)
    serve(login)
    known = lock()
    assert known.locked is locked
    with qtbot.waitSignal(known.changed):
        login.set_locked(not locked)
    assert known.locked is not locked


def test_a_screen_saver_that_ends_locks_nothing(
    qtbot: QtBot, bus_address: str, lock: Callable[[], ScreenLock]
) -> None:
    saver = FakeScreenSaver(bus_address, active=True)
    known = lock()
    with qtbot.waitSignal(known.changed):
        saver.end()
    assert known.locked is False


def test_one_that_never_answers_is_not_waited_for(
    qtbot: QtBot,
    bus_address: str,
    serve: Keep,
    lock: Callable[[], ScreenLock],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen_lock, "ANSWER_TIMEOUT_MS", 50)
    saver = FakeScreenSaver(bus_address, active=True)
    serve(saver)
    saver.held = []
    known = lock()
    assert known.locked is False
    with qtbot.waitSignal(known.changed):
        saver.let_go()
    assert known.locked is True


def test_no_bus_at_all(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, connect: Connect
) -> None:
    for kind in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    known = ScreenLock(connect(session_bus), connect(system_bus))
    assert known.locked is None
    with qtbot.waitSignal(known.changed):
        pass
    assert known.locked is False


def test_a_hint_counts_without_a_bus_of_the_session(
    qtbot: QtBot,
    bus_address: str,
    serve: Keep,
    monkeypatch: pytest.MonkeyPatch,
    connect: Connect,
) -> None:
    serve(FakeLogin(bus_address, locked=True))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    known = ScreenLock(connect(session_bus), connect(system_bus))
    told: list[bool | None] = []
    known.changed.connect(lambda: told.append(known.locked))
    qtbot.waitUntil(lambda: bool(told))
    assert told == [True]
