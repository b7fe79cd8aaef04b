"""The ports to keys: the files of the key pair, cryptographic proofs and downloaded files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from alpkey.core.keys.certificate import Certificate
from alpkey.core.keys.key_file_kinds import Download
from alpkey.core.secret import Secret

ChangePassphrase = Callable[[Secret, Secret | None, Secret | None], Secret]
"""Re-encrypts a private key: ``(private, old, new)`` returns the same key under the passphrase
``new``, or under none; it is verified that it opens again.

``old`` is the passphrase of ``private``, if it has one.  Raises SignInRefused
(``passphrase-refused``) where that is wrong, InvalidInput (``passphrase-unfit``) where no terminal
can send ``new`` to ssh, and InvalidFile where the key cannot be read.
"""


class IssuedPair(NamedTuple):
    """A private key and its certificate, as the service sent them; not yet checked."""

    private: Secret
    certificate: str


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The key file as it is; ``public_key`` is its plain blob where the file shows it.

    ``has_public``: its own ``.pub`` lies beside it, as with keys that ssh-keygen makes.
    ``elsewhere``: what signs is not in the file but in hardware or in another agent.  Then there
    may be no private key here at all, only its ``.pub``.
    """

    path: Path
    public_key: bytes | None
    encrypted: bool
    has_public: bool = False
    elsewhere: bool = False


class KeyFiles(Protocol):
    """The key pair on disk.  At no instant are both the old and the new pair lost.

    ``named``: the user named the key, so an existing one belongs to the user and is never replaced.
    """

    @property
    def path(self) -> Path:
        """Where the private key lies, or would."""

    @property
    def named(self) -> bool: ...

    def current(self) -> StoredKey | None:
        """The key that is there, perhaps only its ``.pub``.  Raises InvalidFile."""

    def private(self) -> Secret | None:
        """The text of the key file, if there is one.  Raises InvalidFile."""

    def pair(self) -> IssuedPair | None:
        """Key and certificate as they lie there, if both do.  Raises InvalidFile."""

    def public(self) -> str | None:
        """The text of the ``.pub`` beside the key, if there is one.  Raises InvalidFile."""

    def certificate(self) -> str | None:
        """The text of the certificate file, if there is one.  Raises InvalidFile."""

    def check_writable(self) -> None:
        """Create the folder if it is missing.  Raises InvalidFile where a pair could not be
        installed.
        """

    def install(self, pair: IssuedPair, public_line: str) -> None:
        """Install the pair, 0600 and 0644.  The old pair is untouched where this raises.

        ``public_line`` is the plain public key, for a ``.pub`` that lies beside the key.
        """

    def waiting(self) -> Secret | None:
        """A key made here that waits for its first certificate.  Raises InvalidFile."""

    def keep_waiting(self, private: Secret) -> None:
        """Store such a key, so that a certificate whose answer was lost can still be used."""

    def install_own(self, pair: IssuedPair, public_line: str) -> None:
        """Install the waiting key with its certificate and its ``.pub``, as ``install`` does."""

    def install_private(self, private: Secret) -> None:
        """Replace the key by the same key, newly encrypted.  Raises InvalidFile."""

    def install_certificate(self, certificate: str) -> None:
        """Put a certificate beside the key that is there, in one step.  Raises InvalidFile."""

    def add_public(self, public_line: str) -> None:
        """Put a ``.pub`` beside the key where no file has that name.  Raises InvalidFile."""

    def keep_backup(self, now: datetime) -> Path:
        """Copy the pair aside, and return where its key now lies."""

    def keep_certificate(self, now: datetime) -> Path:
        """Copy the certificate alone aside, and return where the copy lies."""

    def every(self) -> list[StoredKey]:
        """The keys under its name: the installed one first, then the backups.

        One that waits for its certificate is not among them.  Raises InvalidFile.
        """

    def remove(self, key: StoredKey) -> None:
        """Remove one of these with all files beside it, the key itself last.  Raises
        InvalidFile.
        """

    def remove_certificate(self) -> None:
        """Remove the certificate alone, if there is one.  Raises InvalidFile."""

    def remove_waiting(self) -> bool:
        """Remove the key that waits, and the remains of interrupted installations.

        Return whether there was anything.  Call it under the lock only.  Raises InvalidFile.
        """

    def interrupted(self) -> bool:
        """Whether an installation is under way, or was interrupted."""

    def finish_interrupted(self) -> bool:
        """Finish an interrupted installation; return whether there was one.  Raises InvalidFile."""

    def leftovers(self) -> list[Path]:
        """The files that an installation in progress has staged, or that a cut left behind."""


class Pairs(Protocol):
    """Proofs that need real cryptography, and new keys."""

    def make(self) -> Secret:
        """A new ed25519 key without passphrase."""

    def prove(self, pair: IssuedPair) -> Certificate:
        """The certificate of the pair, once it is proven to belong to the private key.

        Raises InvalidFile, with the reason in words.
        """

    def check(self, certificate: str) -> Certificate:
        """The certificate, once the authority's signature on it is verified.  Raises
        InvalidFile.
        """

    def public_key(self, private: Secret) -> bytes:
        """The blob of the plain public key; derived from the private key if no passphrase hides it.

        Raises InvalidFile, also where a passphrase hides the public key too.
        """


class Downloads(Protocol):
    """The files that a browser saved."""

    @property
    def folder(self) -> Path:
        """Where the user's browser saves files."""

    def read(self, paths: Sequence[Path]) -> list[Download]:
        """The content, newest first: of every file named, and of folders what may be a key.

        Without ``paths`` the folder of downloads is read.  Raises NoKey where a path is missing
        and InvalidFile where it cannot be read.
        """

    def remove(self, download: Download) -> None:
        """Remove the file; one that is gone already is no error.  Raises InvalidFile."""
