"""Windows that the tray opens: a click is answered even where their program ends at its start.

That happens when Alpkey is replaced or removed while the tray runs.  All that is needed to say so
is imported before.
"""

import os
import sys
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QMessageBox

from alpkey.desktop.child.launch import start_child

HEAD = "Alpkey could not open its window"
DETAIL = "Its program was replaced or removed, or ended with an error."
NEXT = "Quit Alpkey and start it again. If that does not help, install it again."

FAILED = 1
"""The exit code of Python after an exception, and of Alpkey for its own mistakes only."""
CANNOT_RUN = 126
"""And above, as shells have it."""
POLL_MS = 5_000


class WindowLauncher(QObject):
    """Starts the programs of windows, and takes their exit codes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box: QMessageBox | None = None

    def start(self, *arguments: str, token: str = "") -> None:
        """Start ``alpkey window`` with ``arguments``; say so if that fails.

        An error that Alpkey knows is shown by the program itself.
        """
        try:
            process_id = start_child("window", *arguments, token=token)
        except OSError:
            self._tell()
        else:
            self._watch(process_id)

    def _watch(self, process_id: int) -> None:
        """Take its exit code once it ends; where nothing reports that, by looking now and then."""
        handle = _handle(process_id)
        if handle is None:
            timer = QTimer(self)

            def look() -> None:
                if self._ended(process_id):
                    timer.deleteLater()

            timer.timeout.connect(look)
            timer.start(POLL_MS)
            return
        notifier = QSocketNotifier(handle, QSocketNotifier.Type.Read, self)

        def end() -> None:
            notifier.setEnabled(False)
            notifier.deleteLater()
            os.close(handle)
            self._ended(process_id)

        notifier.activated.connect(end)

    def _ended(self, process_id: int) -> bool:
        """Whether the process has ended; its exit code is taken then."""
        with suppress(ChildProcessError):
            ended, status = os.waitpid(process_id, os.WNOHANG)
            if not ended:
                return False
            code = os.waitstatus_to_exitcode(status)
            if code == FAILED or code >= CANNOT_RUN:
                self._tell()
        return True

    def _tell(self) -> None:
        if self._box is None:
            self._box = QMessageBox(QMessageBox.Icon.Critical, "Alpkey", HEAD)
            self._box.setInformativeText(f"{DETAIL}\n\n{NEXT}")
        self._box.open()
        self._box.activateWindow()


def _handle(process_id: int) -> int | None:
    """What becomes readable at the end of this child (pidfd_open (2)); None where there is none."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # a Python or a kernel without it
            return os.pidfd_open(process_id)
    return None
