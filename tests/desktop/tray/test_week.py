"""A week of the whole tray: real files, a real bus, a clock that the test turns.

The rules of the week stand in tests/core/schedule/test_reminders.py; here the tray has to keep to
them with all that it is made of, and to weigh on Sunday what it weighed on Tuesday.
"""

import fcntl
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from alpkey.core.keys.certificate import Certificate, read_certificate
from alpkey.core.messages import times
from alpkey.core.paths import Paths, certificate_of, user_paths
from alpkey.core.schedule.reminders import Memory
from alpkey.core.state.facts import Issued, MaybeIssued, Refused
from alpkey.core.state.journal_lines import to_line
from alpkey.desktop import file_watcher, local_time
from alpkey.desktop.file_watcher import TICK_MS
from alpkey.desktop.tray import app, background_runner, controller
from alpkey.desktop.tray.app import Tray
from alpkey.desktop.tray.screens import DesktopScreen
from alpkey.desktop.views.icon_state import IconShape
from tests.core.schedule.test_reminders import DAY, EXPECTED, MINUTE, inside, later, usual_week
from tests.core.sites import site
from tests.desktop.buses import FakeNotificationDaemon
from tests.keys import make_key, sign

GROWTH_KB = 2048


class Clock:
    """What the tray takes for the time; ``steady_s`` stands still in sleep."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.steady_s = 0.0

    def time(self) -> float:
        return self.now.timestamp()

    def monotonic(self) -> float:
        return self.steady_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(usual_week().now)

    class LastUpdateCheck(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return made.now.astimezone(tz)

    monkeypatch.setenv("TZ", "Europe/Zurich")
    monkeypatch.setattr(local_time, "datetime", LastUpdateCheck)
    monkeypatch.setattr(
        file_watcher, "time", SimpleNamespace(time=made.time, monotonic=made.monotonic)
    )
    return made


class Desk:
    """One home with its tray, and the server that shows its reminders."""

    def __init__(self, at: Paths, clock: Clock, server: FakeNotificationDaemon) -> None:
        self.at, self.clock, self.server = at, clock, server
        self.key = at.private_key(site().key_file)
        self.pairs: list[tuple[Path, Certificate]] = []
        self.renewals = 0
        self.tray = Tray(at)
        self.tray.show_icon()
        self.tray._follow()
        assert self.tray._controller
        self.following = self.tray._controller
        self.following._watch._tick.stop()
        self.following._start_reminders()

    def tick(self) -> None:
        self.following._watch._tick.timeout.emit()
        go_on()

    def end_pause(self) -> None:
        """The seconds after a sleep, in which the network comes back."""
        assert self.following._reminders
        assert self.following._reminders._pause.isActive()
        self.following._reminders._pause.stop()
        self.following._reminders._act()
        go_on()

    @property
    def knows_its_screen(self) -> bool:
        """Whether nothing is asked of the desktop just now."""
        assert self.following._reminders
        screen = self.following._reminders._screen
        return not isinstance(screen, DesktopScreen) or not screen._buses or screen.locked is False

    @property
    def memory(self) -> Memory:
        assert self.following._reminders
        return self.following._reminders._memory

    @property
    def ends_within_the_hour(self) -> bool:
        ends = self.certificate.valid_before if self.certificate else None
        return ends is not None and timedelta(0) <= ends - self.clock.now <= timedelta(hours=1)

    @property
    def certificate(self) -> Certificate | None:
        return self.pairs[self.renewals - 1][1] if self.renewals else None

    def renew(self) -> None:
        """What a renewal leaves behind, its slot of the day and its lock included."""
        path, certificate = self.pairs[self.renewals]
        self.renewals += 1
        with self._lock():
            self.tick()
            assert self.tray._shown[0].shape is IconShape.WORKING
            self.key.write_bytes(path.read_bytes())
            beside = certificate_of(self.key)
            beside.write_bytes(certificate_of(path).read_bytes())
            for file in (self.key, beside):
                os.utime(file, (self.clock.time(),) * 2)
            fact = Issued.of(
                certificate,
                at=self.clock.now.astimezone(UTC),
                account="alice",
                attempt=f"{self.renewals}",
                key_path=self.key,
            )
            self._note(to_line(fact))

    def fail_to_renew(self) -> None:
        """What one leaves behind that found no network."""
        now, attempt = self.clock.now.astimezone(UTC), f"lost-{self.clock.time()}"
        with self._lock():
            self._note(to_line(MaybeIssued(now, "alice", attempt, now + DAY)))
            self._note(to_line(Refused(now, "alice", attempt, "no-network")))

    def _note(self, line: str) -> None:
        with self.at.journal.open("a") as file:
            file.write(line + "\n")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self.at.lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@pytest.fixture
def desk(
    qtbot: QtBot,
    bus_address: str,
    clock: Clock,
    serve: Callable[[FakeNotificationDaemon], FakeNotificationDaemon],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    at = user_paths()
    for folder in (at.state, at.ssh, at.config):
        folder.mkdir(parents=True)
    monkeypatch.setattr(controller, "REMINDERS_AFTER_MS", 10**9)
    monkeypatch.setattr(background_runner, "command", lambda *_: ["/bin/true"])
    # Without a host the window would come; here it is the icon's own drawing that counts.
    monkeypatch.setattr(app.QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    made = Desk(at, clock, serve(FakeNotificationDaemon(bus_address)))
    authority = make_key(tmp_path / "ca")
    week = usual_week()
    monkeypatch.setenv("TZ", "UTC")
    for number, wish in enumerate(week.wishes):
        begin = wish.astimezone(UTC)
        while inside(begin, week.losses):
            begin += MINUTE
        path = make_key(tmp_path / f"key-{number}")
        span = f"{begin:%Y%m%d%H%M%S}:{begin + DAY:%Y%m%d%H%M%S}"
        sign(authority, path, "-n", "alice", "-z", str(number + 1), "-V", span)
        made.pairs.append((path, read_certificate(certificate_of(path).read_bytes())))
    monkeypatch.setenv("TZ", "Europe/Zurich")
    yield made
    made.tray.end()
    made.tray._drop_icon()


def go_on() -> None:
    """Lets everything happen that is waiting to, and everything go that is to be deleted."""
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def weight() -> tuple[int, int]:
    """Open files, and the memory that is resident in kB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(os.listdir("/proc/self/fd")), pages * os.sysconf("SC_PAGE_SIZE") // 1024  # noqa: PTH208


def assert_true(desk: Desk, now: datetime) -> None:
    """What is shown is exact: hours, in the last hour minutes, and the end when it has come."""
    icon, line = desk.tray._shown[0], desk.tray._menu._state.text()
    if desk.certificate is None:
        assert (icon.shape, line) == (IconShape.MISSING, "There is no key yet")
        return
    assert desk.certificate.valid_before
    left = desk.certificate.valid_before - now
    if left <= timedelta(0):
        assert icon.shape is IconShape.EXPIRED
        assert line.startswith("Key expired")
        return
    minutes = left // MINUTE
    assert icon.shape is IconShape.NUMBER
    hours = f"{minutes // 60}h" if icon.expiring else str(minutes // 60)
    assert icon.number == (hours if minutes >= 60 else str(minutes))
    assert line.endswith(f"- {times.span(left)} left")


# Off the screen there is no tray to hear of.
@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface::systemTrayWindowChanged")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells what we weigh")
def test_a_week(qtbot: QtBot, desk: Desk, clock: Clock) -> None:
    week, slept = usual_week(), False
    told: list[tuple[str, object]] = []
    weights: list[tuple[int, int]] = []
    while clock.now < week.end:
        step = MINUTE if desk.ends_within_the_hour else 5 * MINUTE  # nothing changes in between
        clock.now = later(clock.now, step)
        if inside(clock.now, week.sleeps):
            slept = True
            continue
        clock.steady_s += step.total_seconds()
        before, shown = desk.memory.shown, len(desk.server.history)
        if week.wishes and clock.now >= week.wishes[0]:
            if inside(clock.now, week.losses):
                desk.fail_to_renew()
            else:
                week.wishes.pop(0)
                desk.renew()
                qtbot.waitUntil(lambda: not desk.server.shown)
        desk.tick()
        assert_true(desk, clock.now)
        if slept:
            assert desk.memory.shown == before, "the network comes first"
            desk.end_pause()
            slept = False
        qtbot.waitUntil(lambda: desk.knows_its_screen)
        if desk.memory.shown != before:
            qtbot.waitUntil(lambda shown=shown: len(desk.server.history) == shown + 1)
            told.append((f"{clock.now:%a %H:%M}", list(desk.memory.shown.values())[-1]))
        if f"{clock.now:%H:%M}" == "20:00":
            qtbot.waitUntil(lambda: desk.following._background_commands._child is None)
            go_on()
            weights.append(weight())
    assert told == EXPECTED
    assert MINUTE / timedelta(milliseconds=1) >= TICK_MS, "or it is wrong for longer between two"
    (files_before, memory_before), (files, memory) = weights[1], weights[-1]
    assert files <= files_before
    assert memory <= memory_before + GROWTH_KB


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface::systemTrayWindowChanged")
def test_a_clock_that_is_set_back_an_hour(qtbot: QtBot, desk: Desk, clock: Clock) -> None:
    """What is shown follows it; what was told is taken back, and not told twice."""
    clock.now = later(usual_week().wishes[0], 20 * MINUTE)  # when the network is back
    desk.renew()
    ends = desk.pairs[0][1].valid_before
    assert ends
    clock.now = later(ends, -119 * MINUTE)
    desk.tick()
    desk.end_pause()
    qtbot.waitUntil(lambda: len(desk.server.shown) == 1)
    for back, steps in ((timedelta(hours=1), 0), (timedelta(0), 70)):
        clock.now = later(clock.now, -back)
        desk.tick()
        assert_true(desk, clock.now)
        if back:
            desk.end_pause()
            qtbot.waitUntil(lambda: not desk.server.shown)
        for _ in range(steps):
            clock.now = later(clock.now, MINUTE)
            clock.steady_s += 60
            desk.tick()
            assert_true(desk, clock.now)
    assert len(desk.server.history) == 1
