"""Ctrl-C and the end of a session quit a Qt program in order."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QSocketNotifier


def end_on_signals(app: QCoreApplication) -> QSocketNotifier:
    """Quits ``app`` at SIGINT, SIGTERM and SIGHUP; keep what is returned as long as it runs.

    Python runs a handler only between its own instructions, and Qt's loop is none of them: the
    signal's number wakes the loop through a socket (signal.set_wakeup_fd).
    """
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, app)
    notifier.setProperty("sockets", (ours, theirs))

    def quit_in_order() -> None:
        ours.recv(64)
        app.quit()

    notifier.activated.connect(quit_in_order)
    signal.set_wakeup_fd(theirs.fileno())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _noted)
    return notifier


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The loop is woken by the socket; there is nothing left to do here."""
