"""The commands that a page has running, and who is told what became of them."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from alpkey.desktop.child.child_process import ChildProcess

Then = Callable[[dict[str, Any]], None]


class CommandTracker(QObject):
    """``command`` is Alpkey's command line with these arguments.

    ``idle`` is emitted once none runs any more, after whoever waited for the last one was told.
    """

    idle = Signal()

    def __init__(self, command: Callable[..., list[str]], parent: QObject) -> None:
        super().__init__(parent)
        self._command = command
        self._running: set[ChildProcess] = set()

    @property
    def is_idle(self) -> bool:
        return not self._running

    def is_idle_but_for(self, engine: ChildProcess | None) -> bool:
        """Whether nothing else runs."""
        return self._running <= {engine}

    def run(self, then: Then, otherwise: Then, *arguments: str) -> ChildProcess:
        """Starts one, which has to speak in events: its result goes to ``then``, an error to
        ``otherwise``.  Whoever wants more of its words connects to them.
        """
        engine = ChildProcess(self._command(*arguments), self)
        engine.done.connect(lambda result: self._ended(engine, then, result))
        engine.failed.connect(lambda error: self._ended(engine, otherwise, error))
        self._running.add(engine)
        engine.start()
        return engine

    def stop(self) -> None:
        """Cancels what runs; what must not be broken off is still finished."""
        for engine in tuple(self._running):  # one may end, and leave, as it is told
            engine.cancel()

    def _ended(self, engine: ChildProcess, then: Then, word: dict[str, Any]) -> None:
        self._running.discard(engine)
        engine.deleteLater()
        then(word)
        if self.is_idle:
            self.idle.emit()
