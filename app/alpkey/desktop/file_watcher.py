"""Watches the files of a home, and reports each burst of changes once."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from alpkey import path_checks
from alpkey.core.paths import Paths
from alpkey.core.schedule.clock_jump import ClockReading
from alpkey.core.state.snapshot import Snapshot

SETTLE_MS = 60
TICK_MS = 60_000
WORKING_MS = 500


def read_clock() -> ClockReading:
    """Python's monotonic clock stops during sleep, on Linux and on macOS."""
    return ClockReading(time.time(), time.monotonic())


class FileWatcher(QObject):
    """``changed`` is emitted after a change and every minute, as the time left changes, too.

    The timers stop in suspend, so what follows has to use the wall clock.  ``jumped`` is emitted
    first if the computer slept or its clock was set.
    """

    changed = Signal()
    jumped = Signal()

    def __init__(self, paths: Paths, clock: Callable[[], ClockReading] = read_clock) -> None:
        super().__init__()
        self._clock, self._last = clock, clock()
        self._folders = (paths.state, paths.ssh, paths.config, paths.tunnels)
        self._files = (paths.lock, paths.journal)
        self._pair: tuple[Path, ...] = ()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._noticed)
        self._watcher.fileChanged.connect(self._noticed)
        self._settle = self._timer(SETTLE_MS, self._report)
        self._settle.setSingleShot(True)
        self._tick = self._timer(TICK_MS, self._announce)
        self._tick.start()
        self._working = self._timer(WORKING_MS, self.changed.emit)
        self._update()

    def follow(self, snapshot: Snapshot | None) -> None:
        """Also watch key and certificate, which some programs change in place, and a held lock."""
        if snapshot is not None:
            self._pair = (snapshot.key_path, snapshot.certificate_path)
            self._update()
        self.set_working(snapshot is not None and snapshot.working)

    def set_working(self, working: bool) -> None:
        """A lock that is released changes no file: while it is held, check every half second."""
        if working != self._working.isActive():
            (self._working.start if working else self._working.stop)()

    def _timer(self, interval_ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _noticed(self, _path: str) -> None:
        """Report a burst once; one that never ends is reported, too."""
        if not self._settle.isActive():
            self._settle.start()

    def _report(self) -> None:
        self._update()
        self._announce()

    def _announce(self) -> None:
        before, self._last = self._last, self._clock()
        if self._last.jumped_since(before):
            self.jumped.emit()
        self.changed.emit()

    def _update(self) -> None:
        """Watch what exists now: to the kernel a file that was replaced is another file."""
        wanted = {str(_existing(folder)) for folder in self._folders}
        wanted |= {str(file) for file in (*self._files, *self._pair) if _exists(file)}
        watched = {*self._watcher.directories(), *self._watcher.files()}
        if new := sorted(wanted - watched):
            self._watcher.addPaths(new)


def _exists(file: Path) -> bool:
    """A file in a folder that cannot be read counts as missing."""
    return path_checks.exists(file)


def _existing(folder: Path) -> Path:
    """The folder, or its nearest parent that exists."""
    return path_checks.nearest_existing(folder)
