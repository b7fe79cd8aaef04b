"""One tray and one window for each home: a lock says who it is, a socket hears what others want."""

import fcntl
import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from alpkey.core.places import lock_of

MESSAGE_LIMIT_BYTES = 4096
SEND_TIMEOUT_S = 2.0


class Instance(QObject):
    """The one that runs.  ``heard`` carries what a second start wants, as a dict."""

    heard = Signal(object)

    def __init__(self, listener: socket.socket, lock: int) -> None:
        super().__init__()
        self._listener = listener
        self._lock = lock
        self._notifier = QSocketNotifier(listener.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._accept)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """The instance, or None where another one runs.  Raises OSError.

        The kernel frees the lock when its holder ends, however it ends.
        """
        _own_folder(path.parent)
        lock = os.open(lock_of(path), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
        return cls(listener, lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Lets the next one in."""
        self._notifier.setEnabled(False)
        self._listener.close()
        os.close(self._lock)

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(SEND_TIMEOUT_S)
                message = _read(connection)
            if message:
                self.heard.emit(message)


def tell(path: Path, **message: Any) -> bool:
    """Tells the running instance what is wanted; whether it could be told."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SEND_TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        return False
    return True


def _own_folder(folder: Path) -> None:
    """Makes the folder ours alone.  Raises PermissionError where it is another person's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not ours alone")


def _read(connection: socket.socket) -> dict[str, Any]:
    """One line of JSON; anything else is an empty dict."""
    data = b""
    while not data.endswith(b"\n") and len(data) < MESSAGE_LIMIT_BYTES:
        chunk = connection.recv(MESSAGE_LIMIT_BYTES)
        if not chunk:
            break
        data += chunk
    try:
        message = json.loads(data)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
