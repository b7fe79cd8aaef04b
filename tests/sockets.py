"""Who is at the other end of a socket."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from alpkey.core.paths import find_paths


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


def place_of(environ: Mapping[str, str], name: str) -> Path:
    """Where the program of this name listens, in the session's folder of the home of ``environ``.

    Nothing is made there, and nothing need be.
    """
    at = find_paths(environ, sys.platform, "/nowhere", os.getuid())
    assert at.runtime.session is not None
    return at.runtime.session / name
