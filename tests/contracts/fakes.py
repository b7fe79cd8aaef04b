"""Named fakes of ports; each passes the contract of its real adapter."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from alpkey.adapters.keys.private_key import load, public_blob
from alpkey.core.agent.ports import Identity
from alpkey.core.background_call import BackgroundCall
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    InvalidInput,
    KeychainTrouble,
    NeedsBrowser,
    QuotaUsedUp,
    SignInRefused,
    Unreachable,
)
from alpkey.core.keys.certificate import Certificate, public_line
from alpkey.core.keys.private_key_header import read_head
from alpkey.core.ports import Credentials, Holder, IssuedPair, StoredKey
from alpkey.core.secret import Secret
from alpkey.core.state.external_change_ports import Entry
from alpkey.core.state.facts import Fact
from tests.keys import make_key, sign

T = TypeVar("T")

ME = Holder("alpkey (1)", "a computer", "2026-01-02T03:04:05Z")


class FakeJournal:
    """Keeps facts in memory."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []

    def facts(self) -> list[Fact]:
        return list(self._facts)

    def append(self, facts: Iterable[Fact]) -> None:
        self._facts.extend(facts)


class FakeLock:
    """Never waits: whoever comes second is refused at once."""

    weak = False

    def __init__(self) -> None:
        self._holder: Holder | None = None

    def holder(self) -> Holder | None:
        return self._holder

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        if self._holder is not None:
            raise Unreachable("lock-held", process=ME.process, host=ME.host, since=ME.since)
        self._holder = ME
        try:
            yield
        finally:
            self._holder = None


class FakeAgent:
    """Keeps what it is given, in order, however long that was to be."""

    socket: str | None = "fake"

    def __init__(self) -> None:
        self._held: dict[bytes, str] = {}
        self.lifetimes: dict[bytes, int | None] = {}

    def identities(self) -> list[Identity]:
        return [Identity(blob, comment) for blob, comment in self._held.items()]

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
        confirm: bool = False,
    ) -> None:
        blob = certificate.blob if certificate else public_blob(load(private))
        self._held[blob] = comment
        self.lifetimes[blob] = lifetime_s

    def remove(self, blob: bytes) -> None:
        self._held.pop(blob, None)

    def takes_keys(self, *, confirm: bool = False) -> bool:
        return True


class FakeOwnAgent(FakeAgent):
    """Holds nothing any more once it was ended."""

    socket = "own"

    def __init__(self) -> None:
        super().__init__()
        self.lives = False

    def start(self) -> None:
        self.lives = True

    def end(self) -> None:
        self.lives = False
        self._held.clear()


class FakeKeyService:
    """Signs with an authority of its own, in ``folder``; ``trouble`` is raised after the signing.

    Knows one password and one code, which works any number of times.
    """

    name = "fake"

    def __init__(self, folder: Path, password: str, otp: str, quota: int = 5) -> None:
        self._folder = folder
        self._authority = make_key(folder / "authority")
        self._right = (password, otp)
        self.left = quota
        self.retired = False
        self.trouble: AlpkeyError | None = None
        self.issued = 0

    def prove(self) -> None:
        if self.retired:
            raise NeedsBrowser(site="CSCS", host="fake", dashboard="a page")

    def issue(self, credentials: Credentials) -> IssuedPair:
        if (credentials.password.reveal(), credentials.otp.reveal()) != self._right:
            raise SignInRefused(site="CSCS", retryable=True)
        if not self.left:
            raise QuotaUsedUp("quota-refused", message="no more", dashboard="a page")
        self.left -= 1
        self.issued += 1
        key = make_key(self._folder / f"issued-{self.issued}")
        validity = ("-n", credentials.username, "-V", "-1m:+1d", "-z", str(self.issued))
        certificate = sign(self._authority, key, *validity)
        if self.trouble:
            raise self.trouble
        return IssuedPair(Secret(key.read_text()), certificate.read_text())


class FakeKeyFiles:
    """Keeps the pair in memory, under the name of a file that never is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pair: IssuedPair | None = None
        self._has_public = False
        self._waiting: Secret | None = None
        self.backups: list[IssuedPair] = []
        self.certificates_aside: list[str | None] = []

    @property
    def path(self) -> Path:
        return self._path

    @property
    def named(self) -> bool:
        return False

    def public(self) -> str | None:
        stored = self.current()
        if not self._has_public or stored is None or stored.public_key is None:
            return None
        return public_line(stored.public_key)

    def certificate(self) -> str | None:
        return (self._pair.certificate or None) if self._pair else None

    def current(self) -> StoredKey | None:
        if self._pair is None:
            return None
        head = read_head(self._pair.private.reveal().encode())
        return StoredKey(self._path, head.public_key, head.encrypted, self._has_public)

    def private(self) -> Secret | None:
        return self._pair.private if self._pair else None

    def pair(self) -> IssuedPair | None:
        return self._pair if self._pair and self._pair.certificate else None

    def check_writable(self) -> None:
        pass

    def install(self, pair: IssuedPair, public_line: str) -> None:
        self._pair = pair

    def waiting(self) -> Secret | None:
        return self._waiting

    def keep_waiting(self, private: Secret) -> None:
        self._waiting = private

    def install_own(self, pair: IssuedPair, public_line: str) -> None:
        self.install(pair, public_line)
        self._has_public = True
        self._waiting = None

    def install_private(self, private: Secret) -> None:
        assert self._pair is not None
        self._pair = IssuedPair(private, self._pair.certificate)

    def install_certificate(self, certificate: str) -> None:
        assert self._pair is not None
        self._pair = IssuedPair(self._pair.private, certificate)

    def add_public(self, public_line: str) -> None:
        if self._has_public:
            raise InvalidFile(path=str(self._path), reason="It is there.")
        self._has_public = True

    def keep_certificate(self, now: datetime) -> Path:
        self.certificates_aside.append(self.certificate())
        return self._path.with_name(f"{self._path.name}-cert.pub.before-alpkey")

    def keep_backup(self, now: datetime) -> Path:
        if self._pair is not None:
            self.backups.append(self._pair)
        return self._aside(len(self.backups))

    def every(self) -> list[StoredKey]:
        current = self.current()
        aside = [
            StoredKey(
                self._aside(number), read_head(one.private.reveal().encode()).public_key, False
            )
            for number, one in enumerate(self.backups, 1)
        ]
        return [*([current] if current else []), *aside]

    def remove(self, key: StoredKey) -> None:
        if key.path == self._path:
            self._pair = None
            self._has_public = False
        else:
            number = next(at for at in range(1, 9) if self._aside(at) == key.path)
            del self.backups[number - 1]

    def remove_certificate(self) -> None:
        if self._pair is not None:
            self._pair = IssuedPair(self._pair.private, "")

    def remove_waiting(self) -> bool:
        was, self._waiting = self._waiting is not None, None
        return was

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.before-alpkey-{number}")

    def interrupted(self) -> bool:
        return False

    def finish_interrupted(self) -> bool:
        return False


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


class FakeOwnSshFiles:
    """Writes nothing, and remembers for whom it would have; without ``path`` plain ssh does."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.users: list[str | None] = []

    def write(self, user: str | None) -> Path | None:
        self.users.append(user)
        return self._path


class FakeResolver:
    """Knows a few names, all behind ela; every other is its own host name, as with ssh."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def resolved(self, alias: str) -> Mapping[str, str]:
        if alias not in self._known:
            return {"hostname": alias, "port": "22", "user": "local"}
        behind_ela = {"user": "alice", "port": "22", "proxyjump": "ela", "identityfile": "/key"}
        return {"hostname": self._known[alias], **behind_ela}

    def all_values(self, alias: str) -> Mapping[str, tuple[str, ...]]:
        return {keyword: (value,) for keyword, value in self.resolved(alias).items()}


class FakeCancellation:
    """Asked for at a moment that the test chooses."""

    def __init__(self) -> None:
        self.requested = False
        self.is_deferred = False

    @contextmanager
    def deferred(self) -> Iterator[None]:
        self.is_deferred = True
        yield

    @contextmanager
    def briefly(self) -> Iterator[None]:
        yield
        if self.requested:
            raise Cancelled


class FakeTouched:
    """Keeps entries in memory."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def names(self) -> Sequence[str]:
        return list(self._entries)

    def entry(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def note(self, name: str, entry: Entry | None) -> None:
        self._entries.pop(name, None)
        if entry is not None:
            self._entries[name] = dict(entry)


class FakeOutside:
    """Keeps files in memory, and knows what it put where."""

    def __init__(self) -> None:
        self.files: dict[Path, bytes] = {}
        self._put: dict[str, tuple[Path, bytes]] = {}

    def content(self, path: Path) -> bytes | None:
        return self.files.get(path)

    def holds(self, file: ExternalFile) -> bool:
        return file.name in self._put

    def put(self, file: ExternalFile) -> Path | None:
        if file.name in self._put and self._put[file.name][0] != file.path:
            self.take_away(file)
        kept = self._keep(file)
        self.files[file.path] = file.content
        self._put[file.name] = file.path, file.content
        return kept

    def take_away(self, file: ExternalFile) -> Path | None:
        kept = self._keep(file)
        path, _ = self._put.pop(file.name, (file.path, b""))
        self.files.pop(path, None)
        return kept

    def placed(self) -> Mapping[str, Path]:
        return {name: path for name, (path, _) in self._put.items()}

    def take_back(self, name: str) -> Path | None:
        path, content = self._put[name]
        return self.take_away(ExternalFile(name, path, content))

    def _keep(self, file: ExternalFile) -> Path | None:
        path, ours = self._put.get(file.name, (file.path, None))
        there = self.files.get(path)
        if there in (None, file.content, ours):
            return None
        aside = path.with_name(path.name + ".kept")
        self.files[aside] = self.files[path]
        return aside


class FakeKeychain:
    """Keeps secrets in memory; ``trouble`` is raised by every call, and ``asked`` counts them.

    ``asks`` is one that would ask a person first.
    """

    def __init__(self) -> None:
        self._held: dict[str, Secret] = {}
        self.trouble: KeychainTrouble | None = None
        self.asks = False
        self.asked = 0

    def check(self) -> None:
        if self.trouble:
            raise self.trouble

    def is_locked(self) -> bool:
        self.check()
        return False

    def opens_unasked(self) -> bool:
        self.check()
        return not self.asks

    def get(self, entry: str) -> Secret | None:
        self._ask()
        return self._held.get(entry)

    def store(self, entry: str, secret: Secret) -> None:
        self._ask()
        self._held[entry] = secret

    def forget(self, entry: str) -> bool:
        self._ask()
        return self._held.pop(entry, None) is not None

    def _ask(self) -> None:
        self.asked += 1
        self.check()


class FakeLater(Generic[T]):
    """A call that runs when ``come`` says so."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._deeds: list[Callable[[], None]] = []
        self._raised: AlpkeyError | None = None
        self.is_there = False

    def come(self) -> None:
        try:
            self._outcome = self._call()
        except AlpkeyError as raised:
            self._raised = raised
        self.is_there = True
        for action in self._deeds:
            action()

    def wait(self, timeout_s: float) -> bool:
        return self.is_there

    def tell(self, action: Callable[[], None]) -> None:
        if self.is_there:
            action()
        else:
            self._deeds.append(action)

    def result(self) -> T:
        if self._raised:
            raise self._raised
        return self._outcome


class FakeAside:
    """Runs every call at once, or with ``is_slow`` leaves it to the test to let it ``come``."""

    def __init__(self) -> None:
        self.is_slow = False
        self.begun: list[FakeLater[Any]] = []

    def __call__(self, call: Callable[[], T]) -> BackgroundCall[T]:
        later = FakeLater(call)
        self.begun.append(later)
        if not self.is_slow:
            later.come()
        return later
