"""The runtime folder on disk: it is found, checked and made here alone.

Adapters and desktop both use it, so it needs the standard library only.  Every call checks again:
the folder can be removed while a program runs.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey.core.errors import InvalidFile
from alpkey.core.runtime_folder import (
    RuntimeRoots,
    is_ours_alone,
    is_session,
    keeps_apart,
    random_name,
)

# A home that several computers share records a folder of each.
_RECORDED_LIMIT = 16
_RECORD_LIMIT_BYTES = 4096


class RuntimeFolder:
    """The runtime folder of one home: never another user's, never a link, never open to others."""

    def __init__(self, roots: RuntimeRoots) -> None:
        self._roots = roots

    def ready(self) -> Path:
        """The folder, made if it is missing.  Raises InvalidFile where none can be made.

        In the session's folder, else the recorded one, else a new one that is then recorded.
        Programs that start at the same time all get the same one.
        """
        return self._in_session() or self._remembered() or self._fresh()

    def standing(self) -> Path | None:
        """The folder if it exists; makes nothing and raises nothing."""
        session = self._roots.session
        if session and self._session_serves(session) and self._is_ours(session):
            return session
        return self._remembered()

    def place(self, name: str) -> Path | None:
        """The path of the socket or lock ``name``; None without a runtime folder."""
        folder = self.standing()
        return folder / name if folder else None

    def _in_session(self) -> Path | None:
        session = self._roots.session
        if session is None or not self._session_serves(session):
            return None
        with suppress(OSError):  # it exists already, or cannot be made
            session.mkdir(mode=0o700)
        return session if self._is_ours(session) else None

    def _session_serves(self, session: Path) -> bool:
        found = _lstat(session.parent)
        return found is not None and is_session(found.st_mode, found.st_uid, self._roots.owner)

    def _is_ours(self, folder: Path) -> bool:
        found = _lstat(folder)
        return found is not None and is_ours_alone(found.st_mode, found.st_uid, self._roots.owner)

    def _keeps_apart(self, parent: Path) -> bool:
        """A link is followed: /tmp is one on macOS, and only root could change it."""
        with suppress(OSError):
            found = parent.stat()
            return keeps_apart(found.st_mode, found.st_uid, self._roots.owner)
        return False

    def _remembered(self) -> Path | None:
        """The first recorded folder that exists here; the others are on other computers."""
        for line in self._recorded():
            folder = Path(os.fsdecode(line))
            if (
                self._roots.may_be(folder)
                and self._keeps_apart(folder.parent)
                and self._is_ours(folder)
            ):
                return folder
        return None

    def _recorded(self) -> list[bytes]:
        with suppress(OSError):
            handle = os.open(self._roots.record, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if self._is_believed(os.fstat(handle)):
                    return _lines(file.read(2 * _RECORD_LIMIT_BYTES))
        return []

    def _is_believed(self, found: os.stat_result) -> bool:
        """A record that another user may write could name that user's folder."""
        is_ours = found.st_uid in (0, self._roots.owner) and not found.st_mode & 0o022
        return stat.S_ISREG(found.st_mode) and is_ours

    def _fresh(self) -> Path:
        """Add a folder to the record, and use the first one there that exists.

        This alone makes concurrent programs agree; the lock, on file systems that have locks,
        only saves them from making folders that are not used.
        """
        try:
            with self._opened_record() as record:
                if folder := self._remembered():
                    return folder
                folder = self._made()
                try:
                    os.write(record, os.fsencode(folder) + b"\n")
                except OSError:
                    folder.rmdir()
                    raise
                agreed = self._remembered() or folder
                if agreed != folder:
                    folder.rmdir()
                return agreed
        except OSError as error:
            raise unfit(f"{self._roots.record}: {error.strerror or error}.") from None

    @contextmanager
    def _opened_record(self) -> Iterator[int]:
        """Open it for appending, and keep only its end where it became long.  Raises OSError."""
        path = self._roots.record
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = _lstat(path)
        if found and not self._is_believed(found):
            path.unlink()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_size > _RECORD_LIMIT_BYTES:
                newest = _lines(os.pread(handle, 2 * _RECORD_LIMIT_BYTES, 0))[-_RECORDED_LIMIT:]
                os.ftruncate(handle, 0)
                os.write(handle, b"".join(line + b"\n" for line in newest))
            yield handle
        finally:
            os.close(handle)

    def _made(self) -> Path:
        """A new folder in the first temporary folder that allows it.  Raises InvalidFile."""
        reason = "The path of every temporary folder is too long for a socket."
        for parent in self._roots.temporary:
            if not self._keeps_apart(parent):
                reason = f"{parent} is no folder in which Alpkey's files are safe from others."
                continue
            folder = parent / random_name()
            try:
                folder.mkdir(mode=0o700)
            except OSError as error:
                reason = f"{parent}: {error.strerror or error}."
                continue
            if self._is_ours(folder):
                return folder
            reason = f"A folder made in {parent} is not closed to others."
            with suppress(OSError):
                folder.rmdir()
        raise unfit(reason)


def unfit(reason: str) -> InvalidFile:
    """The error of a runtime folder that cannot be made or used."""
    return InvalidFile("runtime-unfit", reason=reason)


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _lines(content: bytes) -> list[bytes]:
    """The complete lines; one that was cut off at the end is left out."""
    return content.split(b"\n")[:-1]
