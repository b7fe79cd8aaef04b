"""Commands of the menu, such as opening a terminal; a failure is shown in a box."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox

from alpkey.core.errors import ErrorObject
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.child.launch import command


class MenuCommands(QObject):
    """``idle`` is emitted when the last command has ended and its failure has been read."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: set[QObject] = set()

    @property
    def is_idle(self) -> bool:
        return not self._open

    def run(self, *arguments: str) -> None:
        """Run Alpkey with these arguments; return at once."""
        child = ChildProcess(command(*arguments, "--events"))
        self._open.add(child)
        child.failed.connect(self._show)
        for result in (child.done, child.failed):
            result.connect(lambda _: self._close(child))
        child.start()

    def _show(self, error: ErrorObject) -> None:
        # Qt's namespace costs a tenth of the tray's start, and is hardly ever needed.
        from PySide6.QtCore import Qt

        box = QMessageBox(QMessageBox.Icon.Warning, "Alpkey", error["title"])
        box.setInformativeText(f"{error['detail']}\n\n{error['next_step']}")
        box.setTextFormat(Qt.TextFormat.PlainText)
        self._open.add(box)
        box.finished.connect(lambda _: self._close(box))
        box.open()

    def _close(self, item: QObject) -> None:
        self._open.discard(item)
        item.deleteLater()
        if self.is_idle:
            self.idle.emit()
