"""Closes a window by itself after its last message, unless the user touches it."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

LEFT_ALONE_MS = 8000
_TOUCH_EVENTS = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class AutoClose(QObject):
    """Closes ``window`` after ``LEFT_ALONE_MS``; ``stopped`` when it will not be closed after all.

    A pointer that rests in the window does not count as a touch; one that has moved there does.
    """

    stopped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._rested_at = QCursor.pos()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._close)

    def start(self) -> None:
        """Start the time.  Call it once the window shows all its widgets, which are watched."""
        self._rested_at = QCursor.pos()
        for widget in (self._window, *self._window.findChildren(QWidget)):
            widget.installEventFilter(self)
        self._timer.start(LEFT_ALONE_MS)

    def stop(self) -> None:
        """Keep the window open."""
        if self._timer.isActive():
            self._timer.stop()
            self.stopped.emit()

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Only watches: every event is passed on."""
        if event.type() in _TOUCH_EVENTS:
            self.stop()
        return False

    def _close(self) -> None:
        pointer = QCursor.pos()
        if pointer != self._rested_at and self._window.frameGeometry().contains(pointer):
            self.stopped.emit()
        else:
            self._window.close()
