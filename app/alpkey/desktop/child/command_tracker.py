"""The commands that a page runs, and what to call with their results."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from alpkey.desktop.child.child_process import ChildProcess

# Any: the parameter of the callable declares which result or error it handles.
ResultHandler = Callable[[Any], None]


class CommandTracker(QObject):
    """``command`` is Alpkey's command line with these arguments.

    ``idle`` is emitted once none runs any more, after the last result was handled.
    """

    idle = Signal()

    def __init__(self, command: Callable[..., list[str]], parent: QObject) -> None:
        super().__init__(parent)
        self._command = command
        self._running: set[ChildProcess] = set()

    @property
    def is_idle(self) -> bool:
        return not self._running

    def is_idle_but_for(self, child: ChildProcess | None) -> bool:
        """Whether nothing else runs."""
        return self._running <= {child}

    def run(self, on_done: ResultHandler, on_error: ResultHandler, *arguments: str) -> ChildProcess:
        """Start a command with ``--events``; its result goes to ``on_done``, an error to
        ``on_error``.  For its other events connect to the child.
        """
        child = ChildProcess(self._command(*arguments), self)
        child.done.connect(lambda result: self._ended(child, on_done, result))
        child.failed.connect(lambda error: self._ended(child, on_error, error))
        self._running.add(child)
        child.start()
        return child

    def stop(self) -> None:
        """Cancel what runs; what must not be interrupted is still finished."""
        for child in tuple(self._running):  # a child may end, and be removed, in cancel()
            child.cancel()

    def _ended(self, child: ChildProcess, on_done: ResultHandler, result: Any) -> None:
        self._running.discard(child)
        child.deleteLater()
        on_done(result)
        if self.is_idle:
            self.idle.emit()
