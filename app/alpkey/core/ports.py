"""What actions need of the outside world, named by what it can do.

Each port has its real adapter and, for tests, a named fake; both pass the same contract tests.
Every method raises only errors of :mod:`alpkey.core.errors`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from alpkey.core.keys.certificate import Certificate
from alpkey.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the classic service wants; checked for form before it is built.

    ``kept`` where the password comes from the keychain and was not typed.
    """

    username: str
    password: Secret
    otp: Secret
    kept: bool = False


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """A private key and its certificate, as the service sent them; not yet checked."""

    private: Secret
    certificate: str


class KeyService(Protocol):
    """A service that issues key and certificate for username, password and code."""

    @property
    def name(self) -> str: ...

    def prove(self) -> None:
        """Returns when the service has shown, without any credentials, that it is the service.

        Raises NeedsBrowser where it is retired, Unreachable where it cannot be told.
        """

    def issue(self, credentials: Credentials) -> IssuedPair:
        """Spends a slot of the quota.

        Raises SignInRefused, QuotaUsedUp or InvalidFile where the service said no, and Unreachable
        otherwise; its code is ``answer-lost`` where the request may have reached the service.
        """


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The key file as it is; ``public_key`` is its plain blob where the file shows it.

    ``has_public`` where its own ``.pub`` lies beside it, as with keys made on a person's computer.
    ``elsewhere``: what signs is not in the file: it lives in hardware, or in another agent.  Then
    there may be no private key here at all, but its ``.pub`` alone.
    """

    path: Path
    public_key: bytes | None
    encrypted: bool
    has_public: bool = False
    elsewhere: bool = False


class KeyFiles(Protocol):
    """The key pair on disk.  At no instant are both the old and the new pair lost.

    ``named``: the person named the key, so one that is there is theirs and is never replaced.
    """

    @property
    def path(self) -> Path:
        """Where the private key lies, or would."""

    @property
    def named(self) -> bool: ...

    def current(self) -> StoredKey | None:
        """The key that is there, perhaps by its ``.pub`` alone.  Raises InvalidFile."""

    def private(self) -> Secret | None:
        """The key file's text, if there is one.  Raises InvalidFile."""

    def pair(self) -> IssuedPair | None:
        """Key and certificate as they lie there, if both do.  Raises InvalidFile."""

    def public(self) -> str | None:
        """The text of the ``.pub`` beside the key, if there is one.  Raises InvalidFile."""

    def certificate(self) -> str | None:
        """The text of the certificate file, if there is one.  Raises InvalidFile."""

    def check_writable(self) -> None:
        """Makes the folder where it lacks.  Raises InvalidFile where a pair could not be
        installed.
        """

    def install(self, pair: IssuedPair, public_line: str) -> None:
        """Puts the pair in place, 0600 and 0644.  The old pair is untouched where this raises.

        ``public_line`` is the plain public key, for a ``.pub`` that lies beside the key.
        """

    def waiting(self) -> Secret | None:
        """A key made here that waits for its first certificate.  Raises InvalidFile."""

    def keep_waiting(self, private: Secret) -> None:
        """Keeps such a key, so that a certificate whose answer was lost is still of use."""

    def install_own(self, pair: IssuedPair, public_line: str) -> None:
        """Puts the waiting key in place with its certificate and its ``.pub``, as ``install``."""

    def install_private(self, private: Secret) -> None:
        """Puts the same key, written anew, in the place of the one there.  Raises InvalidFile."""

    def install_certificate(self, certificate: str) -> None:
        """Puts a certificate beside the key that is there, in one step.  Raises InvalidFile."""

    def add_public(self, public_line: str) -> None:
        """Puts a ``.pub`` beside the key where nothing has that name.  Raises InvalidFile."""

    def keep_backup(self, now: datetime) -> Path:
        """Copies the pair that is there aside, and returns where its key now lies."""

    def keep_certificate(self, now: datetime) -> Path:
        """Copies the certificate alone aside, and returns where the copy lies."""

    def every(self) -> list[StoredKey]:
        """The keys under its name: the one in place first, then those kept aside.

        One that waits for its certificate is not among them.  Raises InvalidFile.
        """

    def remove(self, key: StoredKey) -> None:
        """Removes one of these with all that lies beside it, the key itself last.  Raises
        InvalidFile.
        """

    def remove_certificate(self) -> None:
        """Removes the certificate alone, if there is one.  Raises InvalidFile."""

    def remove_waiting(self) -> bool:
        """Removes the key that waits, and what was left of installations that were cut off.

        Whether there was anything.  Called under the lock only.  Raises InvalidFile.
        """

    def interrupted(self) -> bool:
        """Whether an installation is under way, or was cut off."""

    def finish_interrupted(self) -> bool:
        """Finishes an installation that was cut off; whether there was one."""


class Pairs(Protocol):
    """Proofs that need real cryptography, and new keys."""

    def make(self) -> Secret:
        """A new ed25519 key without passphrase."""

    def prove(self, pair: IssuedPair) -> Certificate:
        """The pair's certificate, once its key is proven to be the private key's.

        Raises InvalidFile, with the reason in words.
        """

    def check(self, certificate: str) -> Certificate:
        """The certificate, its authority's signature on it proven.  Raises InvalidFile."""

    def public_key(self, private: Secret) -> bytes:
        """The plain public key's blob; of a key without passphrase it is proven.

        Raises InvalidFile, also where a passphrase hides it.
        """


class KeyProtection(Protocol):
    """The passphrase of a private key."""

    def recoded(self, private: Secret, old: Secret | None, new: Secret | None) -> Secret:
        """The same key under the passphrase ``new``, or under none; proven to open again.

        ``old`` is the passphrase of ``private``, if it has one.  Raises SignInRefused
        (``passphrase-refused``) where that is wrong, InvalidInput (``passphrase-unfit``) where no
        ssh could be told ``new``, and InvalidFile where the key cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    process: str
    host: str
    since: str


class Lock(Protocol):
    """One per home, around everything that can spend a slot or change the pair.

    ``weak`` is true where the file system knows no locks and only this computer is guarded.
    """

    weak: bool

    def holder(self) -> Holder | None:
        """Who holds it now, if anybody does."""

    def held(self, timeout_s: float) -> AbstractContextManager[None]:
        """Holds it.  Raises Unreachable (``lock-held``) after ``timeout_s``."""


class Cancellation(Protocol):
    """Cancel works at every moment; ``deferred`` names the stretch where it has to wait."""

    @property
    def requested(self) -> bool: ...

    def deferred(self) -> AbstractContextManager[None]: ...

    def briefly(self) -> AbstractContextManager[None]:
        """The same for a stretch in the middle: a wish to cancel is granted at its end."""


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The moment it is, aware and in UTC."""


class Terminal(Protocol):
    """The person's terminal program."""

    def open(self, command: Sequence[str], name: str) -> None:
        """Opens a window that runs ``command`` and returns.  Raises InvalidInput (no-terminal)."""


class Editor(Protocol):
    """The person's editor, which opens files of other hosts by plain ssh."""

    def open(self, host: str) -> None:
        """Opens a window on ``host`` and returns.  Raises InvalidInput (no-editor)."""


class OwnConfigFiles(Protocol):
    """Our own files in the ssh folder; never the person's."""

    def write(self, user: str | None) -> Path | None:
        """Brings them up to date and returns the one for ``ssh -F``.  Raises InvalidFile.

        None where ssh finds them by itself, because the person's own file reads them in.
        """


class Resolver(Protocol):
    def resolved(self, alias: str) -> Mapping[str, str]:
        """What ssh itself would use for ``alias``; empty where it cannot be asked."""

    def all_values(self, alias: str) -> Mapping[str, tuple[str, ...]]:
        """The same, with every value of each keyword, in ssh's order."""
