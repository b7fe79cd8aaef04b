"""Named fakes of ports; each passes the contract of its real adapter."""

import binascii
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from alpkey.adapters.keys.key_crypto import load, public_blob
from alpkey.core.agent.ports import Identity
from alpkey.core.background_call import BackgroundCall
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.errors import (
    AlpkeyError,
    Cancelled,
    InvalidFile,
    KeychainTrouble,
    NeedsBrowser,
    NoKey,
    QuotaUsedUp,
    SignInRefused,
    Unreachable,
)
from alpkey.core.keys.certificate import (
    Certificate,
    InvalidCertificate,
    public_line,
    read_certificate,
)
from alpkey.core.keys.key_file_kinds import Download
from alpkey.core.keys.ports import IssuedPair, StoredKey
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.state.journal_facts import Fact
from alpkey.core.state.ports import Entry, Holder
from tests.keys import keygen, make_key, sign

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

    def leftovers(self) -> list[Path]:
        return []


class FakeCancellation:
    """Requested at a moment that the test chooses."""

    def __init__(self) -> None:
        self.requested = False
        self.is_deferred = False

    def request(self) -> None:
        self.requested = True

    @contextmanager
    def deferred(self) -> Iterator[None]:
        self.is_deferred = True
        yield

    @contextmanager
    def briefly(self) -> Iterator[None]:
        yield
        if self.requested:
            raise Cancelled


class FakeExternalChanges:
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


class FakeExternalFiles:
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


class FakeBackground:
    """Runs every call at once, or with ``is_slow`` leaves it to the test to ``run`` it."""

    def __init__(self) -> None:
        self.is_slow = False
        self.begun: list[BackgroundCall[Any]] = []

    def __call__(self, call: Callable[[], T]) -> BackgroundCall[T]:
        background = BackgroundCall(call)
        self.begun.append(background)
        if not self.is_slow:
            background.run()
        return background


class FakeDownloads:
    """Downloads in memory, newest first; those in ``stuck`` cannot be removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved: list[Download] = []
        self.stuck: set[str] = set()

    def save(self, name: str, text: str) -> None:
        self.saved.insert(0, Download(name, Secret(text), self.folder / name))

    def read(self, paths: Sequence[Path]) -> list[Download]:
        there = {download.path for download in self.saved}
        if missing := [path for path in paths if path != self.folder and path not in there]:
            raise NoKey("import-nothing-there", path=str(missing[0]))
        everything = not paths or self.folder in paths
        return [download for download in self.saved if everything or download.path in paths]

    def remove(self, download: Download) -> None:
        if download.name in self.stuck:
            raise InvalidFile(path=str(download.path), reason="It cannot be removed.")
        self.saved = [one for one in self.saved if one.path != download.path]


class FakePairs:
    """Proofs and keys by ssh-keygen, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> Secret:
        with self._scratch() as folder:
            return Secret(make_key(folder / "key").read_text())

    def prove(self, pair: IssuedPair) -> Certificate:
        certificate = self.check(pair.certificate)
        try:
            with self._scratch() as folder:
                proven = self._derived(folder, pair.private)
        except subprocess.CalledProcessError:
            raise InvalidFile("answer-unfit", reason="It is no key that opens.") from None
        if proven != certificate.public_key:
            raise InvalidFile("answer-unfit", reason="They do not belong together.")
        return certificate

    def check(self, certificate: str) -> Certificate:
        with self._scratch() as folder:
            path = folder / "key-cert.pub"
            path.write_text(certificate)
            try:
                keygen("-L", "-f", path)
                return read_certificate(certificate.encode())
            except (subprocess.CalledProcessError, InvalidCertificate):
                raise InvalidFile("answer-unfit", reason="It is no certificate.") from None

    def public_key(self, private: Secret) -> bytes:
        try:
            head = read_head(private.reveal().encode())
            if not head.encrypted:
                with self._scratch() as folder:
                    return self._derived(folder, private)
        except (InvalidPrivateKey, subprocess.CalledProcessError):
            raise InvalidFile("key-unfit", reason="It is no private key.") from None
        if head.public_key is None:
            raise InvalidFile("key-hidden")
        return head.public_key

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        with TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder)

    @staticmethod
    def _derived(folder: Path, private: Secret) -> bytes:
        path = folder / "key"
        path.touch(0o600)
        path.write_text(private.reveal())
        return binascii.a2b_base64(keygen("-y", "-P", "", "-f", path).split()[1])
