"""The renewal window, opened and watched from outside."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from alpkey.adapters.process.processes import start_detached
from alpkey.core.ssh.ports import RenewalWindowEnd

_POLL_S = 0.25
OPENS_WITHIN_S = 10.0
ENDS_WITHIN_S = 5.0
# By these a window comes to the front: Wayland's name, and X11's.
ACTIVATION = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


class RenewalWindowProcess:
    """``command`` opens it; ``is_open`` says whether this home has a window."""

    def __init__(self, command: Sequence[str], is_open: Callable[[], bool]) -> None:
        self._command = command
        self._is_open = is_open

    def ask(
        self, _host: str | None, done: Callable[[], bool], timeout_s: float, token: str = ""
    ) -> RenewalWindowEnd:
        """Open the window and wait until ``done()``, the window's end or ``timeout_s``.

        A window takes a moment to open: until then it does not count as closed.  ``token`` is the
        desktop's for a click, and lets the window come to the front.
        """
        click = dict.fromkeys(ACTIVATION, token) if token else {}
        try:
            process = start_detached(self._command, {**os.environ, **click})
        except OSError:
            return "not-opened"
        threading.Thread(target=process.wait, daemon=True).start()  # so that no zombie is left
        began = time.monotonic()
        seen = False
        while (passed := time.monotonic() - began) < timeout_s:
            if done():
                return "done"
            code = process.poll()  # first: one that hands over ends with 0 while a window is open
            is_open = self._is_open()
            if not is_open and (seen or code == 0):
                return "crashed" if _failed(process) else "declined"
            if not is_open and (passed > OPENS_WITHIN_S or code is not None):
                return "not-opened"
            seen = seen or is_open
            time.sleep(_POLL_S)
        return "late"


def _failed(process: subprocess.Popen[bytes]) -> bool:
    """Whether it ended with an error.  One that handed over to an open window ended well before."""
    try:
        return process.wait(ENDS_WITHIN_S) != 0
    except subprocess.TimeoutExpired:
        return False
