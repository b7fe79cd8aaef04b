"""The user's own command: run only if no other user could have put it there, bounded in time."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from alpkey.core.errors import InvalidFile
from alpkey.trusted_files import why_distrusted

TIMEOUT_S = 30.0
# How much of its output is read; only the last line is shown, where it fails.
OUTPUT_LIMIT_BYTES = 64 * 1024
LINE_LIMIT = 200

_POLL_S = 0.02
_PATIENCE_S = 1.0
# What a command needs from the environment; nothing that Alpkey's bundle added.
_PASSED_ON = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SSH_AUTH_SOCK",
    "TMPDIR",
    "USER",
    "XDG_RUNTIME_DIR",
)


class CommandHook:
    """Runs commands; only a few variables of ``environ``, Alpkey's own, are passed on."""

    def __init__(self, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        self._environ = environ
        self._timeout_s = timeout_s

    def run(
        self, command: Sequence[str], facts: Mapping[str, str], cancelled: Callable[[], bool]
    ) -> None:
        path = Path(command[0])
        if reason := _distrusted(path):
            raise InvalidFile("hook-unfit", path=str(path), reason=reason)
        passed_on = {name: self._environ[name] for name in _PASSED_ON if name in self._environ}
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                command,
                env={**passed_on, **facts},
                cwd=self._environ.get("HOME") or "/",
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except OSError as error:
            os.close(reading)
            raise _failed(path, f"{error.strerror}.") from None
        finally:
            os.close(writing)
        output = _Output(reading)
        try:
            ended = self._wait(process, output, cancelled)
            output.read()
        finally:
            os.close(reading)
        if not ended:
            why = "it was not waited for" if cancelled() else f"it took over {self._timeout_s:g} s"
            raise _failed(path, f"{why.capitalize()}, and was ended.")
        if process.returncode:
            last_line = f" {output.last_line}" if output.last_line else ""
            raise _failed(path, f"It ended with {process.returncode}.{last_line}")

    def _wait(
        self, process: "subprocess.Popen[bytes]", output: "_Output", cancelled: Callable[[], bool]
    ) -> bool:
        """Whether it ended by itself; else it is ended, with all that it started."""
        deadline = time.monotonic() + self._timeout_s
        while process.poll() is None:
            output.read()
            if cancelled() or time.monotonic() > deadline:
                _end(process)
                return False
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_S)
        return True


class _Output:
    """The output of a command so far, cut to the last bytes within a limit."""

    def __init__(self, handle: int) -> None:
        os.set_blocking(handle, False)
        self._handle = handle
        self._kept = b""

    def read(self) -> None:
        """Read part of what is there, without waiting, and bounded.

        What the command started may hold the pipe for long, and fill it faster than we read.
        """
        with suppress(BlockingIOError):
            chunk = os.read(self._handle, OUTPUT_LIMIT_BYTES)
            self._kept = (self._kept + chunk)[-OUTPUT_LIMIT_BYTES:]

    @property
    def last_line(self) -> str:
        lines = self._kept.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return "".join(letter if letter.isprintable() else "?" for letter in last)[:LINE_LIMIT]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Its whole session: asked first, then made to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)


def _distrusted(path: Path) -> str | None:
    """Why another user may have put the file at ``path``, or why it is no program."""
    if not path.is_absolute():
        return "It is no absolute path."
    try:
        if reason := why_distrusted(path):
            return reason
        found = path.stat()
    except OSError as error:
        return f"{error.strerror}."
    if not stat.S_ISREG(found.st_mode) or not os.access(path, os.X_OK):
        return "It is no program."
    return None


def _failed(path: Path, reason: str) -> InvalidFile:
    return InvalidFile("hook-failed", path=str(path), reason=reason)
