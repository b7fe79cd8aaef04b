"""The lock of a home: held by one process at a time, freed by the kernel when that process ends."""

import fcntl
import json
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.json_text import parse_json
from alpkey.core.state.ports import Holder
from alpkey.core.timestamps import Clock, from_rfc3339, rfc3339

_POLL_S = 0.05


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; asking for a shared one never takes it away."""
    try:
        with path_checks.open_regular(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class FileLock:
    """flock(2) on ``path``; where that file system has no locks, on a file of this computer.

    ``fallback`` finds the path of that file, at each use, and raises InvalidFile.
    ``sweep`` is called with the lock held, and with the time at which it was taken, in seconds
    since the epoch: older staged files were left by a process that was cut off.
    """

    def __init__(
        self,
        path: Path,
        fallback: Callable[[], Path],
        clock: Clock,
        sweep: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._sweep = sweep
        self._fallback = fallback
        self._clock = clock
        self.weak = False

    def holder(self) -> Holder | None:
        """The process that wrote itself into the file, if it still holds the lock."""
        return _read_holder(self._path) if is_held(self._path) else None

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        """Hold it.  Waits by polling, so that cancelling ends the wait at once."""
        handle = self._locked(timeout_s)
        try:
            self._sign(handle)
            self._sweep(time.time())
            yield
        finally:
            # What was done under the lock is done, whatever becomes of the name in the file.
            with suppress(OSError):
                os.ftruncate(handle, 0)
            with suppress(OSError):
                os.close(handle)

    def _locked(self, timeout_s: float) -> int:
        if self.weak:
            self._path = self._fallback()
        handle = _opened(self._path)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(handle)
                    raise _held_by(_read_holder(self._path)) from None
                time.sleep(_POLL_S)
            except InterruptedError:
                continue
            except OSError as error:  # whatever its number, there is no lock to be had here
                os.close(handle)
                if self.weak:
                    raise atomic_write.unfit(self._path, error) from None
                self._path, self.weak = self._fallback(), True
                handle = _opened(self._path)
            else:
                return handle

    def _sign(self, handle: int) -> None:
        me = {
            "process": f"alpkey ({os.getpid()})",
            "host": socket.gethostname(),
            "since": rfc3339(self._clock()),
        }
        with atomic_write.as_unfit(self._path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(me).encode(), 0)


def _opened(path: Path) -> int:
    atomic_write.private_folder(path.parent)
    with atomic_write.as_unfit(path):
        if stat.S_ISFIFO(_mode(path)):
            raise InvalidFile(path=str(path), reason="It is no plain file.")
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0


def _read_holder(path: Path) -> Holder:
    """The holder has written itself into the file, or is about to."""
    try:
        row = parse_json(path.read_bytes())
        since = rfc3339(from_rfc3339(row["since"]))
        return Holder(str(row["process"]), str(row["host"]), since or "")
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("another Alpkey", "this computer", "a moment ago")


def _held_by(holder: Holder) -> Unreachable:
    return Unreachable(
        "lock-held", process=holder.process, host=holder.host, since=holder.since, retryable=True
    )
