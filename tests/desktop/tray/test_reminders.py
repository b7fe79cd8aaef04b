"""Reminders applied: on a fake screen moment by moment, and on a real bus with a fake server."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from alpkey.core.schedule.reminders import Kind, Memory
from alpkey.core.settings.settings import Settings
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.tray import reminder_file
from alpkey.desktop.tray.reminders import Reminders
from alpkey.desktop.tray.screens import DesktopScreen, IconScreen
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views.status import Notice
from tests.core.schedule.test_auto_renewal import keep
from tests.core.schedule.test_reminders import KEY, at, key, later
from tests.desktop.buses import FakeNotificationDaemon, FakeScreenSaver, FakeService

HALF_PAST_SEVEN = at("2026-11-26 07:30")


class FakeScreen(QObject):
    """A fake screen: its notice, and a lock that a test turns."""

    changed = Signal()
    chosen = Signal(str, str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.locked: bool | None = False
        self.buttons = True
        self.asked = 0
        self.notice: Notice | None = None
        self.shown: list[str] = []

    def look_around(self) -> None:
        self.asked += 1

    def show(self, notice: Notice) -> None:
        self.notice = notice
        self.shown.append(notice.title)

    def withdraw(self) -> None:
        self.notice = None

    def close(self) -> None:
        self.withdraw()

    def lock(self, locked: bool) -> None:
        self.locked = locked
        self.changed.emit()


@dataclass
class World:
    """One tray's reminders at a time; ``renewals`` are the tokens of clicks on "Renew"."""

    file: Path
    screen: FakeScreen | DesktopScreen
    now: datetime = HALF_PAST_SEVEN
    settings: Settings = Settings()
    renewals: list[str] = field(default_factory=list)
    silent: list[datetime] = field(default_factory=list)
    tray: Reminders | None = None

    def begin(self, seen: Snapshot = KEY) -> Reminders:
        self.tray = reminders = Reminders(
            self.file,
            self.screen,
            self.renewals.append,
            lambda: self.now,
            lambda: self.silent.append(self.now),
        )
        reminders.apply(seen, "CSCS", self.settings)
        return reminders

    def remembered(self) -> list[Kind]:
        return list(reminder_file.load(self.file).shown.values())


@pytest.fixture
def screen(qtbot: QtBot) -> FakeScreen:
    return FakeScreen()


@pytest.fixture
def world(screen: FakeScreen, tmp_path: Path) -> World:
    return World(tmp_path / "state/tray.json", screen)


def test_shown_once_and_not_again_by_the_next_tray(
    qtbot: QtBot, world: World, screen: FakeScreen
) -> None:
    reminders = world.begin()
    assert screen.notice
    assert screen.notice.title == "The CSCS key is valid until 09:05"
    assert screen.notice.body == "After that no new login works, until it is renewed."
    assert screen.notice.icon == status_view.icon(KEY, world.now)
    assert world.remembered() == [Kind.SOON]
    for _ in range(3):
        world.now = later(world.now, timedelta(minutes=1))
        reminders.apply(KEY, "CSCS", world.settings)
    world.begin()
    assert len(screen.shown) == 1
    assert world.file.stat().st_mode & 0o777 == 0o600
    assert world.file.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(world.file.parent) == ["tray.json"]  # noqa: PTH208  names only


def test_nothing_is_loaded_until_one_is_due(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    screen.locked = None
    world.now = at("2026-11-25 12:00")
    reminders = world.begin()
    assert screen.asked == 0
    world.now = HALF_PAST_SEVEN
    reminders.apply(KEY, "CSCS", world.settings)
    assert (screen.asked, screen.shown) == (1, [])
    screen.lock(False)
    assert len(screen.shown) == 1


def test_behind_a_lock_until_the_unlock(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    screen.locked = True
    reminders = world.begin()
    world.now = at("2026-11-26 08:40")
    reminders.apply(KEY, "CSCS", world.settings)
    assert screen.shown == []
    assert world.remembered() == []
    screen.lock(False)
    assert len(screen.shown) == 1
    assert world.remembered() == [Kind.AGAIN]


def test_after_a_sleep_the_network_comes_first(
    qtbot: QtBot, world: World, screen: FakeScreen
) -> None:
    world.now = at("2026-11-25 20:00")
    world.settings = replace(world.settings, will_it_last_at=at("2026-11-25 21:00").time())
    reminders = world.begin()
    world.now = HALF_PAST_SEVEN
    reminders.wake(100)
    reminders.apply(KEY, "CSCS", world.settings)
    assert screen.shown == []
    qtbot.waitUntil(lambda: len(screen.shown) == 1)


def test_a_renewal_withdraws_it(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    reminders = world.begin()
    assert screen.notice
    reminders.apply(key(world.now, serial=2), "CSCS", world.settings)
    assert screen.notice is None
    assert len(screen.shown) == 1


class TestWhoStaysSignedIn:
    """A renewal is started before anybody is reminded."""

    STAYS = keep(KEY)

    def test_it_is_started_once_and_reminders_wait_for_it(
        self, qtbot: QtBot, world: World, screen: FakeScreen
    ) -> None:
        reminders = world.begin(self.STAYS)
        for _ in range(9):
            world.now = later(world.now, timedelta(minutes=1))
            reminders.apply(self.STAYS, "CSCS", world.settings)
        assert world.silent == [HALF_PAST_SEVEN]
        assert screen.shown == []
        reminders.apply(key(world.now, serial=2), "CSCS", world.settings)
        reminders.wake(0)
        qtbot.waitUntil(lambda: not reminders._pause.isActive())
        assert screen.shown == []

    def test_after_a_failed_automatic_renewal_the_user_is_reminded(
        self, qtbot: QtBot, world: World, screen: FakeScreen
    ) -> None:
        reminders = world.begin(self.STAYS)
        reminders.wake(0)
        qtbot.waitUntil(lambda: len(screen.shown) == 1)
        assert len(world.silent) == 1

    def test_not_behind_a_lock(self, qtbot: QtBot, world: World, screen: FakeScreen) -> None:
        screen.locked = True
        world.begin(self.STAYS)
        assert world.silent == []
        screen.lock(False)
        assert world.silent == [HALF_PAST_SEVEN]

    def test_not_before_the_screen_is_known(
        self, qtbot: QtBot, world: World, screen: FakeScreen
    ) -> None:
        screen.locked = None
        world.begin(self.STAYS)
        assert (world.silent, screen.asked) == ([], 1)
        screen.lock(False)
        assert world.silent == [HALF_PAST_SEVEN]

    def test_a_clock_set_back_does_not_stop_it_for_good(
        self, qtbot: QtBot, world: World, screen: FakeScreen
    ) -> None:
        reminders = world.begin(self.STAYS)
        reminders._pause.stop()
        world.now = later(world.now, timedelta(hours=-1))
        reminders.apply(self.STAYS, "CSCS", world.settings)
        assert world.silent == [HALF_PAST_SEVEN, world.now]


def test_renew(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    world.begin()
    screen.chosen.emit("renew", "t0k3n")
    assert world.renewals == ["t0k3n"]
    assert screen.notice is None


def test_later(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    reminders = world.begin()
    screen.chosen.emit("later", "")
    assert screen.notice is None
    assert not reminders.can_be_put_off
    for minutes, count in ((29, 1), (1, 2), (1, 2)):
        world.now = later(world.now, timedelta(minutes=minutes))
        reminders.apply(KEY, "CSCS", world.settings)
        assert len(screen.shown) == count
    assert world.renewals == []


def test_later_survives_the_tray(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    world.begin()
    screen.chosen.emit("later", "")
    world.now = later(world.now, timedelta(minutes=31))
    world.begin()
    assert len(screen.shown) == 2


def test_later_in_the_menu_where_the_notice_has_no_buttons(
    qtbot: QtBot, world: World, screen: FakeScreen
) -> None:
    screen.buttons = False
    world.now = at("2026-11-25 12:00")
    reminders = world.begin()
    assert not reminders.can_be_put_off
    world.now = HALF_PAST_SEVEN
    reminders.apply(KEY, "CSCS", world.settings)
    screen.closed.emit()  # it went by itself
    assert reminders.can_be_put_off
    reminders.put_off()
    assert not reminders.can_be_put_off
    world.now = later(world.now, timedelta(minutes=30))
    reminders.apply(KEY, "CSCS", world.settings)
    assert len(screen.shown) == 2


def test_the_switch_is_read_each_time(qtbot: QtBot, world: World, screen: FakeScreen) -> None:
    world.settings = Settings(reminders=False)
    reminders = world.begin()
    assert screen.shown == []
    world.settings = Settings()
    reminders.apply(KEY, "CSCS", world.settings)
    assert len(screen.shown) == 1
    world.settings = Settings(reminders=False)
    reminders.apply(KEY, "CSCS", world.settings)
    assert screen.notice is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 9}', b"\xff\xfe"])
def test_a_memory_that_cannot_be_read_is_a_new_start(
    qtbot: QtBot, world: World, screen: FakeScreen, content: bytes
) -> None:
    world.file.parent.mkdir()
    world.file.write_bytes(content)
    world.begin()
    assert len(screen.shown) == 1
    assert world.remembered() == [Kind.SOON]


def test_a_memory_that_cannot_be_written_lasts_for_this_run(
    qtbot: QtBot, world: World, screen: FakeScreen
) -> None:
    world.file.parent.write_text("a file where the folder should be")
    reminders = world.begin()
    reminders.apply(KEY, "CSCS", world.settings)
    assert len(screen.shown) == 1
    assert reminder_file.load(world.file) == Memory()


@contextmanager
def desktop(
    icon: QSystemTrayIcon | None = None, otherwise: Callable[[], None] = lambda: None
) -> Iterator[DesktopScreen]:
    screen = DesktopScreen(IconScreen(lambda: icon, otherwise))
    try:
        yield screen
    finally:
        screen.close()


Keep = Callable[[FakeService], FakeService]


def test_on_a_real_bus_behind_a_real_lock(
    qtbot: QtBot, bus_address: str, serve: Keep, tmp_path: Path
) -> None:
    server, saver = FakeNotificationDaemon(bus_address), FakeScreenSaver(bus_address, active=True)
    serve(server)
    serve(saver)
    with desktop() as screen:
        world = World(tmp_path / "tray.json", screen)
        reminders = world.begin()
        qtbot.waitUntil(lambda: screen.locked is True)
        reminders.apply(KEY, "CSCS", world.settings)
        saver.set_active(False)
        qtbot.waitUntil(lambda: list(server.shown) == [1])
        server.press(1, "renew", "t0k3n")
        qtbot.waitUntil(lambda: world.renewals == ["t0k3n"])
        # The certificate is still the old one when the next reminder falls due.
        world.now = at("2026-11-26 08:40")
        reminders.apply(KEY, "CSCS", world.settings)
        qtbot.waitUntil(lambda: len(server.history) == 2)
        reminders.apply(key(world.now, serial=2), "CSCS", world.settings)
        qtbot.waitUntil(lambda: not server.shown)


def test_a_tray_that_ends_takes_its_notice_along(
    qtbot: QtBot, bus_address: str, serve: Keep, tmp_path: Path
) -> None:
    server = FakeNotificationDaemon(bus_address)
    serve(server)
    with desktop() as screen:
        reminders = World(tmp_path / "tray.json", screen).begin()
        qtbot.waitUntil(lambda: bool(server.shown))
        # The server has shown it; whoever ends at once may not have heard its number yet.
        qtbot.waitUntil(lambda: screen._notifications._number == 1)
        reminders.end()
        qtbot.waitUntil(lambda: not server.shown)


@pytest.mark.parametrize("bus", ["a bus without a server", "no bus"])
def test_the_icon_speaks_where_no_server_is(
    qtbot: QtBot, bus_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bus: str
) -> None:
    if bus == "no bus":
        for kind in ("SESSION", "SYSTEM"):
            monkeypatch.setenv(f"DBUS_{kind}_BUS_ADDRESS", "unix:path=/nowhere")
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _, title, body, *more: said.append((title, body))
    )
    with desktop(QSystemTrayIcon(QIcon())) as screen:
        world = World(tmp_path / "tray.json", screen)
        reminders = world.begin()
        qtbot.waitUntil(lambda: len(said) == 1)
        assert said[0][0] == "The CSCS key is valid until 09:05"
        assert reminders.can_be_put_off


def test_where_nothing_else_can_speak_the_window_comes(
    qtbot: QtBot, bus_address: str, tmp_path: Path
) -> None:
    opened: list[None] = []
    with desktop(None, lambda: opened.append(None)) as screen:
        world = World(tmp_path / "tray.json", screen)
        world.begin()
        qtbot.waitUntil(lambda: len(opened) == 1)
        assert world.remembered() == [Kind.SOON]
