"""The facts that the journal holds: what became of keys, secrets, services and findings.

``at`` is when each was learned.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from alpkey.core.keys.certificate import Certificate, fingerprint
from alpkey.core.site import SignInMethod


class Issued(NamedTuple):
    """A certificate was issued to this machine; ``fingerprint`` is that of its key.

    ``own_key`` is False where the user had that key before; ``local`` where it was made on this
    computer, and not by the service.
    ``authority`` is the fingerprint of the key that signed it; empty in lines of an older version.
    ``method`` is how the user signed in for it; empty where a saved sign-in was used.
    """

    at: datetime
    account: str
    attempt: str
    serial: int
    fingerprint: str
    valid_before: datetime | None
    key_path: str
    own_key: bool = True
    authority: str = ""
    local: bool = False
    method: str = ""

    @classmethod
    def of(
        cls,
        certificate: Certificate,
        *,
        at: datetime,
        account: str,
        attempt: str,
        key_path: Path,
        own_key: bool = True,
        local: bool = False,
        method: SignInMethod | None = None,
    ) -> Self:
        """The fact that this certificate was issued to ``account``."""
        return cls(
            at=at,
            account=account,
            attempt=attempt,
            serial=certificate.serial,
            fingerprint=fingerprint(certificate.public_key),
            valid_before=certificate.valid_before,
            key_path=str(key_path),
            own_key=own_key,
            authority=fingerprint(certificate.authority),
            local=local,
            method=method.value if method else "",
        )


class MaybeIssued(NamedTuple):
    """A signing request was sent; no answer is known.  It counts until ``valid_before``.

    ``fingerprint`` is that of the key that was sent along, if one was: then the service's list
    shows what became of the request.
    """

    at: datetime
    account: str
    attempt: str
    valid_before: datetime
    fingerprint: str = ""


class Refused(NamedTuple):
    """The attempt ended without a certificate, for the reason that ``code`` names.

    ``kept`` where the password was the one in the keychain.
    """

    at: datetime
    account: str
    attempt: str
    code: str
    kept: bool = False


class Revoked(NamedTuple):
    """A certificate was revoked; ``fingerprint`` is that of its key, empty where unknown."""

    at: datetime
    account: str
    serial: int
    fingerprint: str


class Listed(NamedTuple):
    """The service listed all keys: ``slots`` are serials and ends of those that take one.

    ``at`` is when it was asked.
    """

    at: datetime
    account: str
    slots: tuple[tuple[int, datetime], ...]


class SecretSaved(NamedTuple):
    """From now on the keychain holds this ``kind`` of secret: password, totp, or nothing."""

    at: datetime
    account: str
    kind: str


class SessionSaved(NamedTuple):
    """From now on the keychain holds a sign-in of ``account``, or no longer (``kept``)."""

    at: datetime
    account: str
    kept: bool


class KeyProtected(NamedTuple):
    """From now on the keychain holds the passphrase of the private key, or no longer (``kept``).

    ``account`` is None for the key of the first account.
    """

    at: datetime
    kept: bool
    account: str | None = None


class AutoRenewalFailed(NamedTuple):
    """An automatic renewal failed; ``final``: it would fail again in the same way."""

    at: datetime
    account: str
    code: str
    final: bool


class Retired(NamedTuple):
    """``service`` was found to be retired, or to work again.

    Passwords at a gateway have a name of their own (``methods.password_retirement``).
    """

    at: datetime
    service: str
    retired: bool


class Finding(NamedTuple):
    """The doctor found what ``check`` looks for, which stops a login, or no longer finds it."""

    at: datetime
    check: str
    found: bool


Fact = (
    Issued
    | MaybeIssued
    | Refused
    | Revoked
    | Listed
    | SecretSaved
    | SessionSaved
    | KeyProtected
    | AutoRenewalFailed
    | Retired
    | Finding
)
