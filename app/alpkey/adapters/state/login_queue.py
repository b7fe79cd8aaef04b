"""``state/ensure``: a lock that gives each login its turn, and when the user last declined."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import KeyExpired

_POLL_S = 0.1


class LoginQueueFile:
    """flock(2) on the file; without locks in the file system every login has its turn at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        atomic_write.private_folder(self._path.parent)
        with atomic_write.as_unfit(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle, time.monotonic() + timeout_s)
            yield
        finally:
            os.close(handle)

    def declined_at(self) -> datetime | None:
        try:
            return datetime.fromtimestamp(int(self._path.read_text()), UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def note_declined(self, now: datetime) -> None:
        """Written in place, because the file is the lock."""
        with suppress(OSError):
            self._path.write_text(f"{int(now.timestamp())}\n")


def _lock(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                reason = "Another login asks for it, and got no answer."
                raise KeyExpired("not-renewed", reason=reason) from None
            time.sleep(_POLL_S)
        except OSError:
            return
        else:
            return
