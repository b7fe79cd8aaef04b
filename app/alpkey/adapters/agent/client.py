"""The ssh agent, by its protocol (RFC 9987): list, add with a lifetime, remove one."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey.core.agent.ports import AgentAbsent, AgentSource, Identity
from alpkey.core.errors import AgentTrouble
from alpkey.core.keys.certificate import Certificate
from alpkey.core.keys.private_key_header import InvalidPrivateKey
from alpkey.core.keys.ssh_wire import Reader, TruncatedData, string, uint32

CALL_TIMEOUT_S = 3.0
ANSWER_LIMIT_BYTES = 16 * 1024 * 1024

# An agent that did not answer is not asked again this soon: a command asks it several times.
HANG_REMEMBERED_S = 10.0

# Should the key that an agent is tried with not be taken out again.
_TRY_LASTS_S = 1

# Inside the class the name ``socket`` is the port's property.
Connection = socket.socket

_REQUEST_IDENTITIES = 11
_IDENTITIES_ANSWER = 12
_ADD_IDENTITY = 17
_REMOVE_IDENTITY = 18
_ADD_ID_CONSTRAINED = 25
_CONSTRAIN_LIFETIME = b"\x01"
_CONSTRAIN_CONFIRM = b"\x02"
_SUCCESS = 6


class SshAgent:
    """The agent that listens at ``path``.  Every call is bounded by CALL_TIMEOUT_S as a whole.

    ``source`` is what names it, so that the user knows where to fix it.
    """

    def __init__(self, path: str, source: AgentSource = "SSH_AUTH_SOCK") -> None:
        self._listens_at = path
        self._source = source
        self._hangs_until = 0.0

    @property
    def _path(self) -> str:
        return self._listens_at

    @property
    def socket(self) -> str | None:
        return self._path

    def identities(self) -> list[Identity]:
        answer = Reader(self._call(bytes([_REQUEST_IDENTITIES])))
        try:
            if answer.byte() != _IDENTITIES_ANSWER:
                raise self._refuses("list")
            count = answer.uint32()
            return [
                Identity(answer.string(), answer.string().decode(errors="replace"))
                for _ in range(count)
            ]
        except TruncatedData as error:
            raise self._garbled(f"{error}.") from None

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
        confirm: bool = False,
    ) -> None:
        if not self._takes(private, comment, certificate, lifetime_s, confirm=confirm):
            raise self._takes_no(
                "certificate" if certificate else "key",
                confirm=confirm,
                limited=lifetime_s is not None,
            )

    def _takes(
        self,
        private: bytes,
        comment: str,
        certificate: Certificate | None,
        lifetime_s: int | None,
        *,
        confirm: bool,
    ) -> bool:
        # Late: only adding needs cryptography, which costs as much as all the rest of a command.
        from alpkey.adapters.keys.key_crypto import agent_entry

        try:
            entry = agent_entry(private, certificate) + string(comment.encode())
        except InvalidPrivateKey as error:
            raise AgentTrouble("key-unloadable", reason=str(error)) from None
        limits = _CONSTRAIN_CONFIRM if confirm else b""
        if lifetime_s is not None:
            limits += _CONSTRAIN_LIFETIME + uint32(min(lifetime_s, 2**32 - 1))
        kind = _ADD_ID_CONSTRAINED if limits else _ADD_IDENTITY
        return self._call(bytes([kind]) + entry + limits)[0] == _SUCCESS

    def remove(self, blob: bytes) -> None:
        """An agent answers alike for a missing entry and for one that it refuses to remove."""
        if self._call(bytes([_REMOVE_IDENTITY]) + string(blob))[0] == _SUCCESS:
            return
        if any(identity.blob == blob for identity in self.identities()):
            raise self._refuses("remove")

    def takes_keys(self, *, confirm: bool = False) -> bool:
        return self._takes_new_key(_TRY_LASTS_S, confirm=confirm)

    def _takes_new_key(self, lifetime_s: int | None, *, confirm: bool = False) -> bool:
        """gpg-agent keeps on disk what it takes, under a passphrase that it asks for: never tried
        without a lifetime."""
        from alpkey.adapters.keys.key_crypto import fresh, load, public_blob

        if lifetime_s is None and Path(self._path).name.startswith("S.gpg-agent"):
            return False
        private = fresh()
        try:
            if not self._takes(private, "alpkey-try", None, lifetime_s, confirm=confirm):
                return False
            self.remove(public_blob(load(private)))
        except AgentTrouble:
            return False
        return True

    def _call(self, message: bytes) -> bytes:
        """The answer's bytes, at least one."""
        if time.monotonic() < self._hangs_until:
            raise self._hangs()
        deadline = time.monotonic() + CALL_TIMEOUT_S
        with self._connected() as connection, self._in_words():
            _send(connection, string(message), deadline)
            size = int.from_bytes(_receive(connection, 4, deadline), "big")
            if not 0 < size <= ANSWER_LIMIT_BYTES:
                raise self._garbled(f"It announces an answer of {size} bytes.")
            return _receive(connection, size, deadline)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with Connection(socket.AF_UNIX) as connection:
            connection.settimeout(CALL_TIMEOUT_S)
            try:
                connection.connect(self._path)
            except (TimeoutError, BlockingIOError):  # unix(7): EAGAIN where its queue is full
                raise self._found_hanging() from None
            except OSError as error:
                reason = f"{self._path}: {error.strerror or error}."
                raise _absent(self._source, reason) from None
            yield connection

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise self._found_hanging() from None
        except OSError as error:
            raise self._garbled(f"The connection broke ({error.strerror or error}).") from None

    def _found_hanging(self) -> AgentTrouble:
        self._hangs_until = time.monotonic() + HANG_REMEMBERED_S
        return self._hangs()

    def _hangs(self) -> AgentTrouble:
        return AgentTrouble("agent-hangs", socket=self._path, seconds=f"{CALL_TIMEOUT_S:g}")

    def _refuses(self, operation: str) -> AgentTrouble:
        return AgentTrouble("agent-refuses", socket=self._path, operation=operation)

    def _takes_no(self, what: str, *, confirm: bool, limited: bool) -> AgentTrouble:
        """Why it refused a key or certificate, found by what else it takes.

        A locked agent lists nothing and takes nothing until it is unlocked (ssh-add(1), -x), but
        so does an empty one that takes nothing from other programs.
        """
        takes_lifetimes = (confirm or limited) and self.takes_keys()
        takes_unlimited = (confirm or limited) and (takes_lifetimes or self._takes_new_key(None))
        if confirm and takes_unlimited:
            return AgentTrouble("agent-no-confirm", socket=self._path)
        if limited and takes_unlimited and not takes_lifetimes:
            return AgentTrouble("agent-no-lifetimes", socket=self._path)
        if what == "certificate":
            return AgentTrouble("agent-no-certificates", socket=self._path)
        if self.identities():
            return self._refuses("add")
        code = "agent-locked" if self._is_openssh() else "agent-takes-none"
        return AgentTrouble(code, socket=self._path)

    def _is_openssh(self) -> bool:
        """Whether OpenSSH's own agent is known to listen, which takes keys unless it is locked."""
        with Connection(socket.AF_UNIX) as connection, suppress(OSError, ValueError):
            connection.settimeout(CALL_TIMEOUT_S)
            connection.connect(self._path)
            return _program(peer_process(connection)) == "ssh-agent"
        return False

    def _garbled(self, reason: str) -> AgentTrouble:
        return AgentTrouble("agent-garbled", socket=self._path, reason=reason)


class NoAgent:
    """Used where ssh would ask no agent; ``source`` is what decides that."""

    socket: str | None = None

    def __init__(self, source: AgentSource = "SSH_AUTH_SOCK") -> None:
        self._source = source

    def identities(self) -> list[Identity]:
        raise self._absent()

    def add(
        self,
        private: bytes,  # noqa: ARG002  the port's signature
        comment: str,  # noqa: ARG002
        *,
        certificate: Certificate | None = None,  # noqa: ARG002
        lifetime_s: int | None = None,  # noqa: ARG002
        confirm: bool = False,  # noqa: ARG002
    ) -> None:
        raise self._absent()

    def remove(self, blob: bytes) -> None:  # noqa: ARG002
        raise self._absent()

    def takes_keys(self, *, confirm: bool = False) -> bool:  # noqa: ARG002
        return False

    def _absent(self) -> AgentAbsent:
        return _absent(self._source, f"{self._source} names none.")


def _absent(source: AgentSource, reason: str) -> AgentAbsent:
    code = "agent-absent" if source == "SSH_AUTH_SOCK" else "agent-named-absent"
    return AgentAbsent(code, reason=reason)


def peer_process(connection: Connection) -> int:
    """The process that listens at the other end (unix(7), SO_PEERCRED; macOS: LOCAL_PEERPID)."""
    if sys.platform == "darwin":
        return connection.getsockopt(0, 2)
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(found[:4], sys.byteorder)


def _program(process: int) -> str:
    """The name of the program that runs as ``process``; empty where that is not known."""
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().strip()
    return ""


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(connection: Connection, data: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(data)


def _receive(connection: Connection, count: int, deadline: float) -> bytes:
    """Exactly ``count`` bytes.  Raises OSError where the agent hangs up before."""
    chunks = []
    while count:
        connection.settimeout(_left(deadline))
        chunk = connection.recv(min(count, 64 * 1024))
        if not chunk:
            raise ConnectionResetError("it hung up")
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)
