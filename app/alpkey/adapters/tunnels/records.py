"""``state/tunnels``: a file for each tunnel, locked while its supervisor runs, and its socket.

The lock is on the file itself.  So that readers never see half a file, it is replaced and not
edited: the new one is locked before it takes the old one's name, and at no instant is the file of
a running tunnel unlocked.
"""

import fcntl
import itertools
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.tunnels.record import (
    SHOWN_FOR,
    TunnelObservation,
    TunnelTarget,
    socket_name,
    target_to_bytes,
    to_bytes,
)
from alpkey.runtime_folder import RuntimeFolder

LOCK = ".lock"
CLOSE = b"close\n"
# A supervisor that asks the cluster just now hears of it when that is over.
CLOSING_TIMEOUT_S = 45.0
_TALK_TIMEOUT_S = 2.0
_POLL_S = 0.1


class TunnelRecords:
    """``last`` is the file of the last that stood, ``runtime`` the folder of the sockets.

    Where the file system supports no locks there are no tunnels: which run would be unknown.
    """

    def __init__(self, folder: Path, last: Path, runtime: RuntimeFolder) -> None:
        self._last = last
        self._folder = folder
        self._runtime = runtime

    @contextmanager
    def claim(self, name: str) -> Iterator["FileClaim"]:
        atomic_write.private_folder(self._folder)
        sockets = self._runtime.ready()
        with atomic_write.as_unfit(self._folder), self._alone():
            self._sweep()
            claim = self._claimed(name, sockets)
        try:
            yield claim
        finally:
            claim.end()

    def close(self, tunnel_id: str) -> bool:
        path = self._runtime.place(socket_name(tunnel_id))
        if path is None or not path_checks.is_socket(path):
            return self._close_by_file(tunnel_id)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TALK_TIMEOUT_S)
            try:
                connection.connect(str(path))
                connection.sendall(CLOSE)
                connection.settimeout(CLOSING_TIMEOUT_S)
                connection.recv(1)  # no data comes; its end is the end of the tunnel
            except OSError:
                return False
        return True

    def _close_by_file(self, tunnel_id: str) -> bool:
        """Where the runtime folder was cleaned away, its supervisor finds the request on disk."""
        deadline = time.monotonic() + CLOSING_TIMEOUT_S
        with suppress(OSError):
            record = self._path(tunnel_id)
            if not is_locked(record):
                return False
            _request_at(record).touch(mode=0o600)
            while is_locked(record):
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_POLL_S)
            return True
        return False

    def forget(self, tunnel_id: str) -> None:
        with atomic_write.as_unfit(self._folder), suppress(FileNotFoundError), self._alone():
            path = self._path(tunnel_id)
            if not is_locked(path):
                path.unlink()

    def remember(self, target: TunnelTarget) -> None:
        content = target_to_bytes(target)
        with atomic_write.as_unfit(self._last):
            if not atomic_write.holds(self._last, content):
                atomic_write.replace(self._last, content, 0o600)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """So that of two processes that find the same name free only one takes it."""
        handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _sweep(self) -> None:
        """Remove records that are no longer shown, and what a power cut left incomplete."""
        long_ago = time.time() - SHOWN_FOR.total_seconds()
        for path in self._folder.iterdir():
            with suppress(OSError):  # a running one replaces its file at any time
                old = path.name != LOCK and path.stat().st_mtime < long_ago
                if old and not is_locked(path):
                    path.unlink()

    def _claimed(self, name: str, sockets: Path) -> "FileClaim":
        for number in itertools.count(1):
            tunnel_id = name if number == 1 else f"{name}-{number}"
            path = self._path(tunnel_id)
            if not is_locked(path):
                return FileClaim(tunnel_id, path, sockets / socket_name(tunnel_id))
        raise AssertionError  # there is always another number

    def _path(self, tunnel_id: str) -> Path:
        """Raises OSError for what is no name of a file."""
        if "/" in tunnel_id or "\0" in tunnel_id or tunnel_id.startswith("."):
            raise FileNotFoundError(tunnel_id)
        return self._folder / f"{tunnel_id}.json"


class FileClaim:
    """A claimed name; its file exists and is locked from the start, though empty."""

    def __init__(self, tunnel_id: str, path: Path, at: Path) -> None:
        self.id = tunnel_id
        self._path = path
        self._keeps = False
        self._waiting: list[socket.socket] = []
        atomic_write.discard(_request_at(path))  # it was meant for another tunnel
        self._handle = self._placed(b"")
        self._socket_path = at
        at.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(at))
        self._listener.listen()
        self._listener.setblocking(False)

    def fileno(self) -> int:
        return self._listener.fileno()

    def show(self, tunnel: TunnelObservation) -> None:
        with atomic_write.as_unfit(self._path):
            before, self._handle = self._handle, self._placed(to_bytes(tunnel))
            os.close(before)

    def is_to_close(self) -> bool:
        """Whoever asked stays connected: the end of this process is the answer."""
        with suppress(OSError):
            connection, _ = self._listener.accept()
            connection.settimeout(_TALK_TIMEOUT_S)
            if connection.recv(len(CLOSE)) == CLOSE:
                self._waiting.append(connection)
            else:
                connection.close()
        return bool(self._waiting) or path_checks.exists(_request_at(self._path))

    def leave_word(self) -> None:
        self._keeps = True

    def end(self) -> None:
        if not self._keeps:
            atomic_write.discard(self._path)
        atomic_write.discard(self._socket_path)
        atomic_write.discard(_request_at(self._path))
        self._listener.close()
        os.close(self._handle)
        for connection in self._waiting:
            connection.close()

    def _placed(self, content: bytes) -> int:
        """A locked file in place of the one there.  Raises OSError."""
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(handle, content)
            Path(name).replace(self._path)
        except BaseException:
            os.close(handle)
            atomic_write.discard(Path(name))
            raise
        return handle


def _request_at(record: Path) -> Path:
    """Where a request to close a tunnel lies that could not be sent to its socket."""
    return record.with_suffix(".close")


def is_locked(path: Path) -> bool:
    """Whether a running supervisor holds the file.  Raises OSError where it cannot be asked.

    One that was let go may just have been replaced, and then the file of that name counts.
    """
    while True:
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            found = os.fstat(handle)
            if os.path.samestat(found, path.stat()):
                return False
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        finally:
            os.close(handle)
