"""What the tray starts by itself, one child at a time; nobody is told how it went."""

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from alpkey.core.schedule.background_commands import next_command
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.launch import command

# A login has more to do than we have.
FIRST_AFTER = timedelta(minutes=2)
PATIENCE_MS = 60_000


class BackgroundRunner(QObject):
    """``started`` is when the tray was."""

    def __init__(self, started: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._started = started
        self._done: dict[str, datetime] = {}
        self._child: ChildProcess | None = None

    def apply(self, snapshot: Snapshot, now: datetime) -> None:
        """A new look was taken: starts what is due."""
        too_soon = timedelta(0) <= now - self._started < FIRST_AFTER
        if too_soon or self._child is not None:
            return
        chore = next_command(snapshot, self._done, now)
        if chore is None:
            return
        self._done[chore.name] = now
        self._child = ChildProcess(command(*chore.arguments, "--events"), self)
        self._child.done.connect(self._ended)
        self._child.failed.connect(self._ended)
        QTimer.singleShot(PATIENCE_MS, self._child, self._child.cancel)
        self._child.start()

    def end(self) -> None:
        """Ends the child that runs; what it has not written yet is learned another time."""
        if self._child is not None:
            self._child.end()

    def _ended(self, _: object) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
