"""Ports of this computer's loopback: which are free, and who has the others."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from alpkey import path_checks

_LOOPBACK = "127.0.0.1"
_LISTENS = "0A"  # the state in /proc/net/tcp (Linux, tcp_states.h)
_ASK_TIMEOUT_S = 3.0


class SystemPorts:
    def state(self, port: int) -> Literal["free", "busy", "reserved"]:
        """Asked as ssh itself does it: by listening there for an instant."""
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind((_LOOPBACK, port))
                server.listen(1)
            except OSError as error:
                return "reserved" if error.errno == errno.EACCES else "busy"
        return "free"

    def holder(self, port: int) -> str | None:
        if sys.platform == "darwin":
            return _by_lsof(port)
        return next(_programs_of(_listening(port)), None)

    def any_free(self) -> int:
        with socket.socket() as server:
            server.bind((_LOOPBACK, 0))
            return int(server.getsockname()[1])


def _listening(port: int) -> set[str]:
    """The inodes of sockets that listen on ``port`` (proc(5), /proc/net/tcp)."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _programs_of(inodes: set[str]) -> Iterator[str]:
    """``name (process)`` that holds one of these sockets, where that is visible."""
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in _processes():
        try:
            if any(
                str(handle.readlink()) in links for handle in path_checks.entries(process / "fd")
            ):
                yield f"{(process / 'comm').read_text().strip()} ({process.name})"
        except OSError:  # another user's, or ended meanwhile
            continue


def _processes() -> list[Path]:
    return [path for path in path_checks.entries(Path("/proc")) if path.name.isdigit()]


def _by_lsof(port: int) -> str | None:
    lsof = path_checks.find_program("lsof", os.environ) or "/usr/sbin/lsof"
    command = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_ASK_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    facts = {line[0]: line[1:] for line in done.stdout.splitlines() if line}
    return f"{facts['c']} ({facts['p']})" if {"c", "p"} <= facts.keys() else None
