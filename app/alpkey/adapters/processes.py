"""Children that outlive us."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence

# A program that cannot open a window says so by then; one that can is still running or has
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


def start_watched(command: Sequence[str]) -> tuple[int, Callable[[], bool]]:
    """The same; returns the child's number, and what tells whether it still runs."""
    process = start_detached(command)
    process.returncode = 0  # it may outlive us, and nobody is to be warned of that

    def runs() -> bool:
        try:
            return os.waitpid(process.pid, os.WNOHANG)[0] == 0
        except ChildProcessError:
            return False

    return process.pid, runs


def starts(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether ``command``, which opens something for people, is there and does not fail."""
    if shutil.which(command[0], path=environ.get("PATH")) is None:
        return False
    process = start_detached(command, environ)
    try:
        return process.wait(FAILS_WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        return True
