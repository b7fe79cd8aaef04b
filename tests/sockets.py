"""Who is at the other end of a socket."""

import socket
import sys
from pathlib import Path


def owner(path: Path) -> int:
    """The process that listens at this socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(told[:4], sys.byteorder)


def free_port() -> int:
    """A port of this computer on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
