"""Children in sessions of their own: some outlive us, some are listened to."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from alpkey import path_checks

# A program that cannot open a window has failed by then; one that can is still running or has
# handed the window to a server of its own.
FAILS_WITHIN_S = 0.5


def start_detached(
    command: Sequence[str], environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts ``command`` in a session of its own, with nothing to read and nowhere to write.

    Raises OSError.
    """
    return subprocess.Popen(
        command,
        env=dict(os.environ if environ is None else environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def start_listened(
    command: Sequence[str],
    environ: Mapping[str, str],
    errors: BinaryIO,
    given: BinaryIO | int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Starts ``command`` in a session of its own; it reads the file ``given``, or nothing.

    Its standard error goes to ``errors``, a file: what it leaves running would hold a pipe open.
    Raises OSError.
    """
    return subprocess.Popen(
        command,
        env=dict(environ),
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )


class Detached:
    """Such a child, for as long as we are interested in it.  Raises OSError."""

    def __init__(self, command: Sequence[str]) -> None:
        process = start_detached(command)
        process.returncode = 0  # it may outlive this process, so Popen must not warn about it
        self.number = process.pid
        self._over = False

    def runs(self) -> bool:
        """While this is true the process id cannot belong to another program."""
        if not self._over:
            self._over = os.waitpid(self.number, os.WNOHANG)[0] != 0
        return not self._over

    def end(self) -> None:
        if self.runs():
            os.kill(self.number, signal.SIGTERM)


def starts(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether ``command``, which opens something for people, is there and does not fail."""
    if path_checks.find_program(command[0], environ) is None:
        return False
    process = start_detached(command, environ)
    try:
        return process.wait(FAILS_WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        return True
