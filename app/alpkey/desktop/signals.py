"""Ctrl-C and the end of a session quit a Qt program in order."""

import signal
import socket
from types import FrameType
from typing import Self

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalNotifier(QObject):
    """Quits ``app`` at a signal, until its context is left.

    Python runs a handler only between its own instructions, and Qt's loop is none of them: the
    signal's number wakes the loop through a socket (signal.set_wakeup_fd).
    """

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__()
        self._app = app
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._quit)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._theirs.fileno())
        for number in _ENDINGS:
            signal.signal(number, _noted)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()

    def _quit(self) -> None:
        self._ours.recv(64)
        self._app.quit()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The loop is woken by the socket; there is nothing left to do here."""
