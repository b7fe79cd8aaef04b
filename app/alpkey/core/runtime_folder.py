"""The runtime folder, where sockets and locks of one boot lie: where it may be, and what will do.

Another person who may write there can have ssh run their commands as us, so one that is not ours
alone is never used.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.digest import sha256

PREFIX = "alpkey-"

# What it holds.  Tunnels add a socket each, and their names are the longest (``socket_name``).
TRAY = "tray"
WINDOW = "window"
AGENT = "agent"
CONNECT = "connect"
OWN_SSH = "ssh"  # a folder, where the ssh folder is read-only
CONNECT_WITHOUT_AGENT = "no-agent"
LONGEST_NAME_BYTES = 14

# sun_path without the zero at its end: unix(7), and unix(4) of macOS.
_SOCKET_BYTES = 107
_SOCKET_BYTES_MACOS = 103
_RANDOM_BYTES = 8


@dataclass(frozen=True, slots=True)
class RuntimeRoots:
    """Where the runtime folder may be; nothing of it is checked yet.

    ``session`` is the folder's path below ``XDG_RUNTIME_DIR``, None where that names none that
    sockets fit in.  ``temporary`` are folders in which one with a random name can be made, and
    ``record`` is the file that records such.  ``owner`` is the user it has to belong to.
    """

    session: Path | None
    temporary: tuple[Path, ...]
    record: Path
    owner: int
    limit_bytes: int

    def may_be(self, remembered: Path) -> bool:
        """Whether the record may name this path: one of Alpkey's, short enough for sockets."""
        plain = remembered.is_absolute() and ".." not in remembered.parts
        return plain and remembered.name.startswith(PREFIX) and _fits(remembered, self.limit_bytes)


def runtime_roots(
    environ: Mapping[str, str], platform: str, state: str, user_id: int
) -> RuntimeRoots:
    """The session's folder carries a hash of the home, so that two homes never share a socket.

    A relative ``XDG_RUNTIME_DIR`` is to be ignored (XDG Base Directory Specification).
    """
    limit_bytes = _SOCKET_BYTES_MACOS if platform == "darwin" else _SOCKET_BYTES
    given = environ.get("XDG_RUNTIME_DIR", "")
    session = Path(given) / (PREFIX + sha256(state.encode()).hexdigest()[:12])
    known = (environ.get("TMPDIR", ""), "/tmp", "/var/tmp")  # noqa: S108  what is made is ours alone
    temporary = (Path(path) for path in known if path.startswith("/") and "\n" not in path)
    return RuntimeRoots(
        session=session if given.startswith("/") and _fits(session, limit_bytes) else None,
        temporary=tuple(path for path in temporary if _fits(path / random_name(), limit_bytes)),
        record=Path(state) / "runtime",
        owner=user_id,
        limit_bytes=limit_bytes,
    )


def random_name() -> str:
    """A name that other users of this computer cannot guess, always of the same length."""
    return PREFIX + os.urandom(_RANDOM_BYTES).hex()


def is_ours_alone(mode: int, owner: int, me: int) -> bool:
    """Whether what lstat(2) says is a folder of ``me``, not a link, that only ``me`` can enter."""
    return stat.S_ISDIR(mode) and owner == me and mode & 0o777 == 0o700


def is_session(mode: int, owner: int, me: int) -> bool:
    """Whether what lstat(2) says is a folder of ``me`` in which only ``me`` can make files."""
    return stat.S_ISDIR(mode) and owner == me and not mode & 0o022


def keeps_apart(mode: int, owner: int, me: int) -> bool:
    """Whether in a folder of this mode and owner no other user can replace what ``me`` made.

    It belongs to root or ``me``, and has the sticky bit where others may write, too.
    """
    shared = mode & 0o022 and not mode & stat.S_ISVTX
    return stat.S_ISDIR(mode) and owner in (0, me) and not shared


def is_own_agent(socket: str) -> bool:
    """Whether an agent's socket is Alpkey's own by its name, even in a folder that is gone."""
    path = Path(socket)
    return path.name == AGENT and path.parent.name.startswith(PREFIX)


def _fits(folder: Path, limit_bytes: int) -> bool:
    return len(os.fsencode(folder)) + 1 + LONGEST_NAME_BYTES <= limit_bytes
