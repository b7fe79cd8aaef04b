"""A window that has nothing more to say closes by itself, unless somebody touches it."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

LEFT_ALONE_MS = 8000
_TOUCHES = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class AutoClose(QObject):
    """Closes ``window`` after ``LEFT_ALONE_MS``; ``stopped`` where it will not be closed after all.

    A pointer that rests in the window is nobody's touch; one that moved there is.
    """

    stopped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._rested_at = QCursor.pos()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._over)

    def start(self) -> None:
        """From now on; what is shown by now is what can be touched."""
        self._rested_at = QCursor.pos()
        for part in (self._window, *self._window.findChildren(QWidget)):
            part.installEventFilter(self)
        self._timer.start(LEFT_ALONE_MS)

    def stop(self) -> None:
        """The window stays."""
        if self._timer.isActive():
            self._timer.stop()
            self.stopped.emit()

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Takes nothing away from anybody."""
        if event.type() in _TOUCHES:
            self.stop()
        return False

    def _over(self) -> None:
        here = QCursor.pos()
        if here != self._rested_at and self._window.frameGeometry().contains(here):
            self.stopped.emit()
        else:
            self._window.close()
