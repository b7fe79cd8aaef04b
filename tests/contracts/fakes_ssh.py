"""Named fakes of the ports to ssh, and of the programs that open it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alpkey.core.doctor.observations import Family, Resolved
from alpkey.core.errors import AlpkeyError, InvalidFile, InvalidInput, KeyExpired
from alpkey.core.ssh.config_query import Resolution
from alpkey.core.ssh.host_keys import HostKey, HostKeyObservation
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.ports import SSH_FAILED, ConfigFile, RemoteResult


class FakeTerminal:
    """Notes what it would run; ``absent`` is a desktop without any terminal program."""

    def __init__(self, *, absent: bool = False) -> None:
        self._absent = absent
        self.opened: list[list[str]] = []

    def open(self, command: Sequence[str], name: str) -> None:
        if self._absent:
            raise InvalidInput("no-terminal", name=name, looked_for="nothing")
        self.opened.append(list(command))


class FakeEditor:
    """Notes where it would open; ``absent`` is a computer without one."""

    def __init__(self, *, absent: bool = False) -> None:
        self._absent = absent
        self.opened: list[str] = []

    def open(self, host: str) -> None:
        if self._absent:
            raise InvalidInput("no-editor", looked_for="nothing")
        self.opened.append(host)


class FakeOwnConfig:
    """Holds in memory for whom it was written; without ``path`` plain ssh finds the files."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._exists = False
        self.users: list[str | None] = []
        self.on_demand = False
        self.is_shared = False
        self.trouble: AlpkeyError | None = None

    def write(self, user: str | None) -> Path | None:
        if self.trouble:
            raise self.trouble
        self.users.append(user)
        self._exists = True
        return self._path

    def set_on_demand(self, wanted: bool) -> None:
        self.on_demand = wanted

    def lying(self) -> bool:
        return self._exists

    def remove(self) -> bool:
        """With ``is_shared`` another file lies in the folder."""
        self._exists = self.on_demand = False
        return not self.is_shared

    def blocks(self, user: str | None, *, on_demand: bool) -> str:
        login = f"  User {user}\n" if user else ""
        return f"Host daint\n  HostName daint.alps.cscs.ch\n{login}"

    def include(self) -> bytes:
        return b"Include /fake/alpkey/config"


class FakeUserConfig:
    """The user's configuration in memory; ``content`` is None where there is no file."""

    path = Path("/fake/ssh/config")

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content
        self.backups: list[bytes] = []
        self.write_trouble: AlpkeyError | None = None

    def read(self) -> ConfigFile:
        return ConfigFile(self.path, self.content)

    def included(self, content: bytes) -> Iterable[bytes]:
        return ()

    def keep_backup(self, content: bytes, now: datetime) -> Path:
        self.backups.append(content)
        return self.path.with_name(f"backup-{len(self.backups)}")

    def replace(self, read: ConfigFile, content: bytes | None) -> None:
        if self.read().content != read.content:
            raise InvalidFile("config-changed", path=str(self.path))
        if self.write_trouble:
            raise self.write_trouble
        self.content = content


class FakeKnownHosts:
    """The user's host keys in memory."""

    path = Path("/fake/ssh/known_hosts")

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content

    def read(self) -> bytes | None:
        return self.content

    def replace(self, content: bytes | None) -> None:
        self.content = content


class FakeHostKeys:
    """Hosts that present ``presented``; known is what stands in ``known_hosts``.

    A host that ``jumps`` names is reached through the jump host, which has to be known.
    """

    def __init__(
        self,
        presented: Mapping[str, HostKey],
        known_hosts: FakeKnownHosts,
        jumps: Mapping[str, str],
    ) -> None:
        self.presented = dict(presented)
        self._known_hosts = known_hosts
        self._jumps = jumps

    def check(self, alias: str, config: Path | None) -> HostKeyObservation:
        jump = self._jumps.get(alias)
        if jump and self.check(jump, config).state != "known":
            return HostKeyObservation("waiting", reason="Host key verification failed.")
        return self._found(alias)

    def check_behind(self, alias: str, jump: str, line: str) -> HostKeyObservation:
        return self._found(alias)

    def fetch(self, alias: str, config: Path | None, key: HostKey) -> str:
        if self.presented.get(alias) != key:
            raise InvalidFile("host-key-differs", name=alias)
        return f"{alias} {key.type} {key.fingerprint}"

    def _found(self, alias: str) -> HostKeyObservation:
        key = self.presented.get(alias)
        if key is None:
            return HostKeyObservation("unreachable", reason="Connection refused")
        lines = (self._known_hosts.content or b"").decode().splitlines()
        known = [line for line in lines if line.startswith(f"{alias} ")]
        if known and self.fetch(alias, None, key) not in known:
            return HostKeyObservation("changed", key, f"{self._known_hosts.path}:1")
        return HostKeyObservation("known" if known else "unknown", key)


class FakeLoginQueue:
    """One turn at a time; a second login is refused at once."""

    def __init__(self) -> None:
        self._is_held = False
        self._declined_at: datetime | None = None

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        if self._is_held:
            raise KeyExpired("not-renewed", reason="Another login asks for it.")
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def declined_at(self) -> datetime | None:
        return self._declined_at

    def note_declined(self, now: datetime) -> None:
        self._declined_at = now.replace(microsecond=0)


class FakeSshProbe:
    """An ssh that resolves what it is given, and logs in to the hosts in ``logs_in_to``."""

    def __init__(self, values: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._values = values or {}
        self.logs_in_to: set[str] = set()
        self.tried: list[str] = []

    def version(self) -> str:
        return "9.2p1"

    def own(self, alias: str) -> Resolved:
        return Resolved({"hostname": alias, **self._values.get(alias, {})})

    def straight(self, alias: str, config: Path | None) -> Family | None:
        return None if "proxyjump" in self._values.get(alias, {}) else "any"

    def login(self, alias: str, config: Path | None) -> LoginObservation:
        self.tried.append(alias)
        if alias in self.logs_in_to:
            return LoginObservation(alias, 0, "")
        said = f"ssh: Could not resolve hostname {alias}: Name or service not known\n"
        return LoginObservation(alias, SSH_FAILED, said)


class FakeResolver:
    """Knows a few names, all behind ela; every other is its own host name, as with ssh."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def resolve(self, alias: str) -> Resolution:
        if alias not in self._known:
            return {"hostname": (alias,), "port": ("22",), "user": ("local",)}
        return {
            "hostname": (self._known[alias],),
            "user": ("alice",),
            "port": ("22",),
            "proxyjump": ("ela",),
            "identityfile": ("/key",),
        }


class FakeRemote:
    """Hosts that answer each program with what is given; any other is not there."""

    def __init__(
        self, hosts: Mapping[str, Mapping[str, Callable[[Sequence[str]], RemoteResult]]]
    ) -> None:
        self.hosts = dict(hosts)
        self.ran: list[tuple[str, ...]] = []

    def run(self, alias: str, config: Path | None, command: Sequence[str]) -> RemoteResult:
        self.ran.append((alias, *command))
        if alias not in self.hosts:
            said = f"ssh: Could not resolve hostname {alias}: Name or service not known"
            return RemoteResult(SSH_FAILED, "", said)
        program = self.hosts[alias].get(command[0])
        return (
            program(command) if program else RemoteResult(127, "", f"sh: {command[0]}: not found")
        )
