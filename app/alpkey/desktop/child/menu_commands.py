"""Commands that open something elsewhere, such as a terminal; a box tells where one fails."""

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox

from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.launch import command


class MenuCommands(QObject):
    """``idle`` is emitted when the last errand is over and its failure has been read."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: set[QObject] = set()

    @property
    def is_idle(self) -> bool:
        return not self._open

    def run(self, *arguments: str) -> None:
        """Runs Alpkey with these arguments; returns at once."""
        engine = ChildProcess(command(*arguments, "--events"))
        self._open.add(engine)
        engine.failed.connect(self._show)
        for last_word in (engine.done, engine.failed):
            last_word.connect(lambda _: self._close(engine))
        engine.start()

    def _show(self, error: dict[str, Any]) -> None:
        # Qt's namespace costs a tenth of the tray's start, and is hardly ever needed.
        from PySide6.QtCore import Qt

        box = QMessageBox(QMessageBox.Icon.Warning, "Alpkey", error["title"])
        box.setInformativeText(f"{error['detail']}\n\n{error['next_step']}")
        box.setTextFormat(Qt.TextFormat.PlainText)
        self._open.add(box)
        box.finished.connect(lambda _: self._close(box))
        box.open()

    def _close(self, what: QObject) -> None:
        self._open.discard(what)
        what.deleteLater()
        if self.is_idle:
            self.idle.emit()
