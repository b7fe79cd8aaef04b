"""Sees that the files of a home have changed, and tells once for each burst of changes."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from alpkey.core.paths import Paths
from alpkey.core.schedule.clock_jump import ClockReading
from alpkey.core.state.snapshot import Snapshot

SETTLE_MS = 60
TICK_MS = 60_000
WORKING_MS = 500


def read_clock() -> ClockReading:
    """Python's monotonic clock stands still in sleep, on Linux and on macOS."""
    return ClockReading(time.time(), time.monotonic())


class Watch(QObject):
    """``changed`` is emitted after a change and at each minute, for the clock moves on too.

    The timers stand still in suspend, so whoever hears it computes from the wall clock.
    ``jumped`` comes before it where the computer slept or its clock was set.
    """

    changed = Signal()
    jumped = Signal()

    def __init__(self, places: Paths, beat: Callable[[], ClockReading] = read_clock) -> None:
        super().__init__()
        self._beat, self._last = beat, beat()
        self._folders = (places.state, places.ssh, places.config, places.tunnels)
        self._files = (places.lock, places.journal)
        self._pair: tuple[Path, ...] = ()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._noticed)
        self._watcher.fileChanged.connect(self._noticed)
        self._settle = self._timer(SETTLE_MS, self._tell)
        self._settle.setSingleShot(True)
        self._tick = self._timer(TICK_MS, self._announce)
        self._tick.start()
        self._working = self._timer(WORKING_MS, self.changed.emit)
        self._look_out()

    def follow(self, snapshot: Snapshot | None) -> None:
        """Key and certificate, which some programs change in place; and a lock that is held."""
        if snapshot is not None:
            self._pair = (snapshot.key_path, snapshot.certificate_path)
            self._look_out()
        self.set_working(snapshot is not None and snapshot.working)

    def set_working(self, working: bool) -> None:
        """A lock that is let go changes no file: while one is held, look every half second."""
        if working != self._working.isActive():
            (self._working.start if working else self._working.stop)()

    def _timer(self, interval_ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _noticed(self, _path: str) -> None:
        """A burst is told once; one that never ends is told all the same."""
        if not self._settle.isActive():
            self._settle.start()

    def _tell(self) -> None:
        self._look_out()
        self._announce()

    def _announce(self) -> None:
        before, self._last = self._last, self._beat()
        if self._last.jumped_since(before):
            self.jumped.emit()
        self.changed.emit()

    def _look_out(self) -> None:
        """Watches what is there now: a file that was replaced is another file to the kernel."""
        wanted = {str(_existing(folder)) for folder in self._folders}
        wanted |= {str(file) for file in (*self._files, *self._pair) if _is_there(file)}
        watched = {*self._watcher.directories(), *self._watcher.files()}
        if new := sorted(wanted - watched):
            self._watcher.addPaths(new)


def _is_there(file: Path) -> bool:
    """A file in a folder that is closed to us is not."""
    try:
        file.stat()
    except OSError:
        return False
    return True


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
