"""The lock of a home: held by one process at a time, freed by the kernel when that process ends."""

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import Unreachable
from alpkey.core.state.ports import Holder
from alpkey.core.timestamps import Clock, rfc3339

_POLL_S = 0.05
_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; asking for a shared one never takes it away."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class FileLock:
    """flock(2) on ``path``; where that file system has no locks, on a file of this computer.

    ``fallback`` finds the path of that file, at each use, and raises InvalidFile.
    """

    def __init__(self, path: Path, fallback: Callable[[], Path], clock: Clock) -> None:
        self._path = path
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
            yield
        finally:
            os.ftruncate(handle, 0)
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
            except OSError as error:
                os.close(handle)
                if error.errno not in _NO_LOCKS_HERE or self.weak:
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
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _read_holder(path: Path) -> Holder:
    """The holder has written itself into the file, or is about to."""
    try:
        row = json.loads(path.read_bytes())
        since = datetime.fromisoformat(row["since"])
        return Holder(row["process"], row["host"], rfc3339(since) or "")
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("another Alpkey", "this computer", "a moment ago")


def _held_by(holder: Holder) -> Unreachable:
    return Unreachable(
        "lock-held", process=holder.process, host=holder.host, since=holder.since, retryable=True
    )
