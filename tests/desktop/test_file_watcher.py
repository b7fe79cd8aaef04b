"""Every kind of change of a file is noticed, and a sleep."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from alpkey.core.paths import Paths, user_paths
from alpkey.core.schedule.clock_jump import ClockReading
from alpkey.desktop.file_watcher import FileWatcher


@pytest.fixture
def at() -> Paths:
    return user_paths()


def replaced(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name("fresh")
    fresh.write_text("new")
    fresh.replace(path)


def appended(path: Path) -> None:
    with path.open("a") as file:
        file.write("{}\n")


CHANGES: dict[str, Callable[[Paths], None]] = {
    "a certificate comes": lambda at: replaced(at.ssh / "cscs-key-cert.pub"),
    "a certificate goes": lambda at: (at.ssh / "old-cert.pub").unlink(),
    "a fact is appended": lambda at: appended(at.journal),
    "the settings change": lambda at: replaced(at.settings),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_reported(qtbot: QtBot, at: Paths, change: Callable[[Paths], None]) -> None:
    for folder in (at.state, at.ssh, at.config):
        folder.mkdir(parents=True)
    (at.ssh / "old-cert.pub").touch()
    at.journal.touch()
    watch = FileWatcher(at)
    with qtbot.waitSignal(watch.changed):
        change(at)


def test_a_home_that_comes_later_is_seen(qtbot: QtBot, at: Paths) -> None:
    at.ssh.parent.mkdir(parents=True, exist_ok=True)
    watch = FileWatcher(at)
    with qtbot.waitSignal(watch.changed):
        at.ssh.mkdir()
    with qtbot.waitSignal(watch.changed):
        replaced(at.ssh / "cscs-key-cert.pub")


def test_a_burst_is_reported_once(qtbot: QtBot, at: Paths) -> None:
    at.state.mkdir(parents=True)
    watch = FileWatcher(at)
    reports: list[None] = []
    watch.changed.connect(lambda: reports.append(None))
    with qtbot.waitSignal(watch.changed):
        for number in range(20):
            (at.state / f"{number}").touch()
    assert len(reports) == 1


def test_a_burst_without_end_is_reported_too(qtbot: QtBot, at: Paths) -> None:
    at.state.mkdir(parents=True)
    watch = FileWatcher(at)
    busy, log = QTimer(), at.state / "log"
    busy.timeout.connect(lambda: appended(log))
    busy.start(10)
    with qtbot.waitSignal(watch.changed):
        pass
    busy.stop()


def test_while_a_lock_is_held_changes_are_reported_often(qtbot: QtBot, at: Paths) -> None:
    """Letting a lock go changes no file."""
    watch = FileWatcher(at)
    watch.set_working(True)
    with qtbot.waitSignal(watch.changed):
        pass
    watch.set_working(False)


def beats(*pairs: tuple[float, float]) -> Iterator[ClockReading]:
    return (ClockReading(wall_s, steady_s) for wall_s, steady_s in pairs)


def test_a_jump_is_reported_once_and_first(qtbot: QtBot, at: Paths) -> None:
    readings = beats((0, 0), (60, 60), (3720, 120), (3780, 180))
    watch = FileWatcher(at, lambda: next(readings))
    reports: list[str] = []
    watch.jumped.connect(lambda: reports.append("jumped"))
    watch.changed.connect(lambda: reports.append("changed"))
    for _ in range(3):
        watch._tick.timeout.emit()
    assert reports == ["changed", "jumped", "changed", "changed"]
