"""``state/connect`` on disk, and what a record is compared with: files, folders, agent, process.

Without :mod:`pathlib` and :mod:`socket`, whose imports cost more than all that is done here.
"""

import os
import sys
from _socket import AF_UNIX, SOCK_STREAM
from _socket import socket as Socket  # noqa: N812  the class of the module socket below its methods

from alpkey import __version__
from alpkey.core.base_dirs import BaseDirs
from alpkey.core.ssh.connect_record import FROM_ENVIRONMENT, ConnectRecord, parse

# An agent that needs longer for its list is one of which the slow way has to say something.
AGENT_TIMEOUT_S = 0.25

# The request for the list of keys and the answer to it (draft-ietf-sshm-ssh-agent, 3.3 and 6.1).
_REQUEST = b"\0\0\0\1\x0b"
_ANSWER = 12
_ANSWER_LIMIT_BYTES = 256 * 1024


def path_in(base: BaseDirs) -> str:
    """Where the record of this home lies."""
    return base.state + "/connect"


def read(path: str) -> ConnectRecord | None:
    """The record; None where there is none that can be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return parse(file.read())
    except OSError:
        return None


def holds(record: ConnectRecord, base: BaseDirs) -> bool:
    """Whether all that the record was made on is as it was, and its agent answers."""
    if record.started != started(base):
        return False
    return all(look(row[0] == "d", row.rsplit("\t", 1)[1]) == row for row in record.seen) and (
        _agent_fits(record)
    )


def started(base: BaseDirs) -> list[str]:
    """What of this process decides: program, folders, and which programs ssh there are."""
    return [
        __version__,
        sys.executable,
        base.config,
        base.state,
        base.ssh,
        base.machine,
        os.environ.get("XDG_RUNTIME_DIR", ""),
        *programs(),
    ]


def programs() -> list[str]:
    """Every ssh on PATH: which options it is given depends on its version."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    paths = (f"{folder}/ssh" for folder in dict.fromkeys(folders) if folder)
    return [path for path in paths if os.access(path, os.X_OK)]


def look(is_folder: bool, path: str) -> str:
    """One line: what a file is, by its inode, size, times and mode; of a folder who may write."""
    kind = "d" if is_folder else "f"
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return f"{kind}\t-\t{path}"
    facts = [found.st_mode, found.st_uid, found.st_gid, found.st_dev]
    if not is_folder:
        facts += [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    return f"{kind}\t{' '.join(map(str, facts))}\t{path}"


def look_at(paths: list[str]) -> list[str]:
    """A line for each of the files, and for each folder above one of them."""
    folders: dict[str, None] = {}
    for path in paths:
        above = os.path.dirname(path)  # noqa: PTH120
        while above not in folders:
            folders[above] = None
            above = os.path.dirname(above)  # noqa: PTH120
    return [*(look(True, path) for path in folders), *(look(False, path) for path in paths)]


def _agent_fits(record: ConnectRecord) -> bool:
    """Whether ssh gets an answer from its agent, with the key in it where it has a passphrase.

    No agent at all is as good as one, for a key without passphrase; but one that the
    configuration names may be Alpkey's own, which the slow way takes out of it.
    """
    named = record.agent
    path = os.environ.get(FROM_ENVIRONMENT, "") if named == FROM_ENVIRONMENT else named
    if not path:
        return not record.key
    connection = Socket(AF_UNIX, SOCK_STREAM)
    connection.settimeout(AGENT_TIMEOUT_S)
    try:
        try:
            connection.connect(path)
        except TimeoutError:
            return False
        except OSError:
            return named == FROM_ENVIRONMENT and not record.key
        listed = _listed(connection)
        return not record.key or bytes.fromhex(record.key) in listed
    except OSError:
        return False
    finally:
        connection.close()


def _listed(connection: Socket) -> list[bytes]:
    """The keys that the agent lists; none where it has another answer.  Raises OSError."""
    connection.send(_REQUEST)
    answer = _received(connection, int.from_bytes(_received(connection, 4)))
    if answer[:1] != bytes([_ANSWER]):
        return []
    rest, blobs = answer[5:], []
    while rest:  # of each key its blob, and then its comment
        parts = []
        for _ in range(2):
            size = int.from_bytes(rest[:4])
            parts.append(rest[4 : 4 + size])
            rest = rest[4 + size :]
        blobs.append(parts[0])
    return blobs


def _received(connection: Socket, size: int) -> bytes:
    """So many bytes.  Raises OSError where fewer come in time, or too many are announced."""
    if size > _ANSWER_LIMIT_BYTES:
        raise OSError("too long an answer")
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise OSError("too short an answer")
        content += part
    return content
