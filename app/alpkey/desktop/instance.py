"""One tray and one window process for each home, by a lock; a socket takes requests of others."""

import fcntl
import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from alpkey import path_checks
from alpkey.core.json_text import parse_json
from alpkey.core.paths import lock_of
from alpkey.runtime_folder import unfit

MESSAGE_LIMIT_BYTES = 4096
SEND_TIMEOUT_S = 2.0


class Instance(QObject):
    """The instance that runs.  ``received`` carries the request of another process, a dict."""

    received = Signal(object)

    def __init__(self, listener: socket.socket, lock: int) -> None:
        super().__init__()
        self._listener = listener
        self._lock = lock
        self._notifier = QSocketNotifier(listener.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._accept)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """Become the instance; None if another one runs.  Raises InvalidFile.

        ``path`` lies in the runtime folder.  The kernel frees the lock when its holder ends,
        however it ends.
        """
        try:
            lock = os.open(lock_of(path), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(lock, 0)
                os.pwrite(lock, display().encode(), 0)
                return cls(_listening(path), lock)
            except BlockingIOError:
                os.close(lock)
                return None
            except OSError:
                os.close(lock)
                raise
        except OSError as error:
            raise unfit(f"{path}: {error.strerror or error}.") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Release the lock."""
        self._notifier.setEnabled(False)
        self._listener.close()
        os.close(self._lock)

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            caller = _Caller(connection, self)
            caller.spoke.connect(self.received)


class _Caller(QObject):
    """A process that connected: its line is read as it comes, and no silent one is waited for."""

    spoke = Signal(object)

    def __init__(self, connection: socket.socket, parent: QObject) -> None:
        super().__init__(parent)
        connection.setblocking(False)
        self._connection = connection
        self._data = b""
        self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self._deadline = QTimer(self, singleShot=True, interval=int(SEND_TIMEOUT_S * 1000))
        self._deadline.timeout.connect(self._end)
        self._deadline.start()

    def _read(self) -> None:
        try:
            chunk = self._connection.recv(MESSAGE_LIMIT_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self._data += chunk
        if chunk and not self._data.endswith(b"\n") and len(self._data) < MESSAGE_LIMIT_BYTES:
            return
        self._end()
        if message := _parsed(self._data):
            self.spoke.emit(message)

    def _end(self) -> None:
        self._deadline.stop()
        self._notifier.setEnabled(False)
        self._connection.close()
        self.deleteLater()


def display() -> str:
    """The names of this process's display, Wayland's and X11's; empty where there are none."""
    names = (os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", ""))
    return " ".join(name.removesuffix(".0") for name in names if name)


def display_elsewhere(path: Path) -> str | None:
    """The display of the instance at ``path``, if it shares no name with this process's."""
    try:
        found = path_checks.read_regular(lock_of(path)).decode(errors="replace")
    except OSError:
        return None
    here = set(display().split())
    return found if found and here and here.isdisjoint(found.split()) else None


def send(path: Path | None, **message: Any) -> bool:
    """Send a request to the running instance; return whether that worked.

    A ``path`` of None means that there is no runtime folder, and so nothing that listens.
    """
    if path is None:
        return False
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SEND_TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        return False
    return True


def _listening(path: Path) -> socket.socket:
    """Listen at ``path``, where an old socket may be left.  Raises OSError."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _parsed(data: bytes) -> dict[str, Any]:
    """A line of JSON; anything else becomes an empty dict."""
    try:
        message = parse_json(data)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
