"""Commands that the tray runs by itself, one at a time; their results are not shown."""

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from alpkey.core.schedule.background_commands import next_command
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.launch import command

# Right after a login the computer is busy.
FIRST_AFTER = timedelta(minutes=2)
TIMEOUT_MS = 60_000


class BackgroundRunner(QObject):
    """``started`` is when the tray started."""

    def __init__(self, started: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._started = started
        self._done: dict[str, datetime] = {}
        self._child: ChildProcess | None = None

    def apply(self, snapshot: Snapshot, now: datetime) -> None:
        """A new snapshot was taken: start the command that is due."""
        too_soon = timedelta(0) <= now - self._started < FIRST_AFTER
        if self._child is not None:
            return
        due = next_command(snapshot, self._done, now, busy=too_soon)
        if due is None:
            return
        self._done[due.name] = now
        self._child = ChildProcess(command(*due.arguments, "--events"), self)
        self._child.done.connect(self._ended)
        self._child.failed.connect(self._ended)
        QTimer.singleShot(TIMEOUT_MS, self._child, self._child.cancel)
        self._child.start()

    def end(self) -> None:
        """Kill the child that runs; what it has not written yet is found out another time."""
        if self._child is not None:
            self._child.end()

    def _ended(self, _: object) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
