"""What the tray starts by itself, one child at a time; nobody is told how it went."""

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from alpkey.core.chores import next_chore
from alpkey.core.look import Look
from alpkey.desktop.children import command
from alpkey.desktop.engine import Engine

# A login has more to do than we have.
FIRST_AFTER = timedelta(minutes=2)
PATIENCE_MS = 60_000


class Chores(QObject):
    """``started`` is when the tray was."""

    def __init__(self, started: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._started = started
        self._done: dict[str, datetime] = {}
        self._child: Engine | None = None

    def apply(self, look: Look, now: datetime) -> None:
        """A new look was taken: starts what is due."""
        too_soon = timedelta(0) <= now - self._started < FIRST_AFTER
        if too_soon or self._child is not None:
            return
        chore = next_chore(look, self._done, now)
        if chore is None:
            return
        self._done[chore.name] = now
        self._child = Engine(command(*chore.arguments, "--events"), self)
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
