"""Ctrl-C and the end of a session quit a Qt program cleanly."""

import signal
import socket
from types import FrameType
from typing import Self

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier

_QUIT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalNotifier(QObject):
    """Quits ``app`` at a signal, while its context is open.

    Python runs a handler only between its own instructions, not within Qt's event loop: so the
    signal's number is written to a socket that wakes the loop (signal.set_wakeup_fd).
    """

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__()
        self._app = app
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._quit)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer.fileno())
        for number in _QUIT_SIGNALS:
            signal.signal(number, _noted)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _quit(self) -> None:
        self._reader.recv(64)
        self._app.quit()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The socket has woken the loop already."""
