"""Quit: at once, or after a question about open tunnels, which can run on without the tray."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QPushButton

from alpkey.core.tunnels.record import TunnelObservation
from alpkey.desktop.views import tunnels as tunnel_view

CLOSE, LEAVE = "C&lose them and quit", "&Quit, keep them running"


class QuitDialog(QObject):
    """``close`` has another process close all tunnels; ``end`` ends the tray."""

    def __init__(
        self,
        close: Callable[[], object],
        end: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._close = close
        self._end = end
        self._box: QMessageBox | None = None

    def ask(self, tunnels: Sequence[TunnelObservation]) -> None:
        """Ask if a tunnel runs; a question that is open is shown again."""
        if not tunnel_view.is_any_running(tunnels):
            self._end()
            return
        if self._box is None:
            self._box = self._question(tunnels)
        self._box.open()
        self._box.activateWindow()

    def _question(self, tunnels: Sequence[TunnelObservation]) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Question, "Quit Alpkey", tunnel_view.summary(tunnels))
        box.setInformativeText("Tunnels stay without the tray icon until they are closed.")
        close = box.addButton(CLOSE, QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(LEAVE, QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(close)
        box.finished.connect(lambda _: self._answered(box.clickedButton(), close, leave))
        return box

    def _answered(self, clicked: object, close: QPushButton, leave: QPushButton) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.deleteLater()
        if clicked is close:
            self._close()
        if clicked in (close, leave):
            self._end()
