"""The journal: facts learned about keys, and the one fold that makes sense of them.

A slot of the day's quota may be spent from the instant a signing request leaves this machine, so
``maybe-issued`` is written before it is sent; ``issued`` or ``refused`` with the same attempt
takes its place.  A program killed in between therefore never counts too few.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from alpkey.core.keys.certificate import Certificate, fingerprint
from alpkey.core.site import SignInMethod
from alpkey.core.timestamps import from_rfc3339, rfc3339

KEPT_FOR = timedelta(days=90)
REFUSALS_BEFORE_LOCK_OUT = 3


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate was issued to this machine; ``fingerprint`` is that of its key.

    ``own_key`` is False where that key was there before, so that it stays the person's; ``local``
    where it was made on this computer, and not by the service.
    ``authority`` is the fingerprint of the key that signed it; empty in lines of an older version.
    ``method`` is how somebody signed in for it; empty where a kept sign-in did.
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
        """That this certificate was issued to ``account``."""
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


@dataclass(frozen=True, slots=True)
class MaybeIssued:
    """A signing request was sent; no answer is known.  It counts until ``valid_before``.

    ``fingerprint`` is that of the key that was sent along, if one was: then the service's list can
    tell what became of the request.
    """

    at: datetime
    account: str
    attempt: str
    valid_before: datetime
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The attempt ended without a certificate, for the reason that ``code`` names.

    ``kept`` where the password was the one in the keychain.
    """

    at: datetime
    account: str
    attempt: str
    code: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate was revoked; ``fingerprint`` is that of its key, empty where unknown."""

    at: datetime
    account: str
    serial: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The service told of all keys: ``slots`` are serials and ends of those that take one.

    ``at`` is when it was asked.
    """

    at: datetime
    account: str
    slots: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True)
class SecretSaved:
    """From now on the keychain holds this ``kind`` of secret: password, totp, or nothing."""

    at: datetime
    account: str
    kind: str


@dataclass(frozen=True, slots=True)
class SessionSaved:
    """From now on the keychain holds what signs ``account`` in anew, or no longer (``kept``)."""

    at: datetime
    account: str
    kept: bool


@dataclass(frozen=True, slots=True)
class KeyProtected:
    """From now on the keychain holds the passphrase of the private key, or no longer (``kept``)."""

    at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class AutoRenewalFailed:
    """A renewal that nobody asked for failed; ``final``: it would fail again in the same way."""

    at: datetime
    account: str
    code: str
    final: bool


@dataclass(frozen=True, slots=True)
class Retired:
    """``service`` was found to be retired, or in use again.

    Passwords at a gateway are one of their own (``first_way.password_at``).
    """

    at: datetime
    service: str
    retired: bool


@dataclass(frozen=True, slots=True)
class Finding:
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

_NAMES: dict[str, type[Fact]] = {
    "issued": Issued,
    "maybe-issued": MaybeIssued,
    "refused": Refused,
    "revoked": Revoked,
    "listed": Listed,
    "kept": SecretSaved,
    "session-kept": SessionSaved,
    "key-covered": KeyProtected,
    "silent-failed": AutoRenewalFailed,
    "retired": Retired,
    "finding": Finding,
}
_KINDS = {kind: name for name, kind in _NAMES.items()}
_FIELDS = {kind: frozenset(kind.__slots__) for kind in _KINDS}
_MOMENTS = ("at", "valid_before")
_METHOD = "way"  # what lines call Issued.method

# The service said no to what was typed or kept, which is not a matter of network or quota.
SIGN_IN_REFUSALS = ("sign-in-refused", "account-locked", "request-refused")


def to_line(fact: Fact) -> str:
    """The fact as one line of JSON, without its newline; a serial is text (64 bits)."""
    row: dict[str, Any] = {"fact": _KINDS[type(fact)]}
    for name in fact.__slots__:
        value = getattr(fact, name)
        if name in _MOMENTS:
            value = rfc3339(value)
        if name == "slots":
            value = [[str(serial), rfc3339(end)] for serial, end in value]
        row[_METHOD if name == "method" else name] = str(value) if name == "serial" else value
    return json.dumps(row)


def from_lines(lines: Iterable[str]) -> Iterator[Fact]:
    """The facts of a journal file.

    A torn line is passed over, and of a later version a kind that is not known, or more about one.
    """
    for line in lines:
        try:
            row = json.loads(line)
            kind = _NAMES[row.pop("fact")]
            for name in _MOMENTS:
                if row.get(name) is not None:
                    row[name] = from_rfc3339(row[name])
            if _METHOD in row:
                row["method"] = row.pop(_METHOD)
            if "serial" in row:
                row["serial"] = int(row["serial"])
            if "slots" in row:
                row["slots"] = tuple((int(one), from_rfc3339(end)) for one, end in row["slots"])
            for name in row.keys() - _FIELDS[kind]:
                del row[name]
            yield kind(**row)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal says about one account; ``fingerprints`` are of all accounts' keys.

    ``service_made`` are those among them that the service made; ``revoked`` are serials.
    ``refused_at`` is when the last of the ``refusals_in_a_row`` was; ``locked_at`` when the service
    said that the account itself is closed, as long as nothing was issued to it since.
    ``listed`` is the newest list of the service, less what was revoked since; ``issued_since``
    and ``unanswered_since`` are what may not be in it.
    ``kept`` is the kind of secret in the keychain; ``kept_refused`` where it must not be sent.
    ``session_kept``: the keychain holds what signs in anew; ``auto_renewal_failed``: the renewals
    that nobody asked for and that failed since the last key, or since somebody signed in.
    ``key_protected``: the keychain holds the passphrase of the private key.
    ``findings`` are the checks of the doctor that found something, the first one first.
    ``method`` is how somebody signed in for the last key.
    """

    account: str | None = None
    fingerprints: frozenset[str] = frozenset()
    service_made: frozenset[str] = frozenset()
    revoked: frozenset[int] = frozenset()
    issued: tuple[Issued, ...] = ()
    unanswered: tuple[MaybeIssued, ...] = ()
    listed: Listed | None = None
    issued_since: tuple[Issued, ...] = ()
    unanswered_since: tuple[MaybeIssued, ...] = ()
    quota_refused_at: datetime | None = None
    refusals_in_a_row: int = 0
    refused_at: datetime | None = None
    locked_at: datetime | None = None
    kept: str = "nothing"
    kept_refused: bool = False
    session_kept: bool = False
    auto_renewal_failed: tuple[AutoRenewalFailed, ...] = ()
    key_protected: bool = False
    retired: frozenset[str] = frozenset()
    findings: tuple[str, ...] = ()
    method: SignInMethod | None = None
    learned_at: datetime | None = None

    @property
    def lock_out_is_near(self) -> bool:
        """Whether so many refusals in a row may have a centre lock the account."""
        return self.refusals_in_a_row >= REFUSALS_BEFORE_LOCK_OUT

    def made_here(self, fingerprint: str) -> bool:
        """Whether Alpkey installed the key with this fingerprint on this machine."""
        return fingerprint in self.fingerprints

    def outlives_certificates(self, fingerprint: str) -> bool:
        """Whether renewals leave the key with this fingerprint as it is: a gateway certified it."""
        return any(one.local and one.fingerprint == fingerprint for one in self.issued)

    def missing(self, installed: Certificate | None, now: datetime) -> tuple[Issued, ...]:
        """What was issued here, lives, and ends later than what is installed.

        The program ended before it was put in place, or the person put something else there.
        """
        ends = installed.valid_before if installed else now
        return tuple(
            one
            for one in self.issued
            if one.valid_before and ends and one.valid_before > max(ends, now)
        )


def fold(facts: Iterable[Fact], account: str | None = None) -> Known:
    """All facts of ``account`` as one value.

    Without ``account`` it is the one that got a certificate last, else the last that tried.
    """
    facts = list(facts)
    if account is None:
        account = _last_account(facts, Issued) or _last_account(
            facts, Issued | MaybeIssued | Refused | SecretSaved
        )
    ours = [fact for fact in facts if isinstance(fact, Issued) and fact.own_key]
    known = Known(
        account=account,
        fingerprints=frozenset(fact.fingerprint for fact in ours),
        service_made=frozenset(fact.fingerprint for fact in ours if not fact.local),
    )
    for fact in facts:
        if isinstance(fact, Retired | KeyProtected | Finding) or fact.account == account:
            known = _learn(known, fact)
    return known


def _last_account(facts: list[Fact], kind: Any) -> str | None:
    return next((fact.account for fact in reversed(facts) if isinstance(fact, kind)), None)


def _learn(known: Known, fact: Fact) -> Known:
    match fact:
        case Retired(service=service, retired=retired):
            changed = known.retired | {service} if retired else known.retired - {service}
            return replace(known, retired=changed)
        case KeyProtected(kept=kept):
            return replace(known, key_protected=kept)
        case Finding(check=check, found=found):
            others = tuple(one for one in known.findings if one != check)
            return replace(known, findings=(*others, check) if found else others)
        case MaybeIssued():
            return replace(
                known,
                unanswered=(*known.unanswered, fact),
                unanswered_since=(*known.unanswered_since, fact),
                learned_at=fact.at,
            )
        case Issued():
            return replace(
                _answered(known, fact),
                issued=(*known.issued, fact),
                issued_since=(*known.issued_since, fact),
                refusals_in_a_row=0,
                locked_at=None,
                quota_refused_at=None,
                auto_renewal_failed=(),
                method=_method(fact.method) or known.method,
            )
        case Revoked(serial=serial):
            return replace(
                known,
                issued=tuple(one for one in known.issued if one.serial != serial),
                issued_since=tuple(one for one in known.issued_since if one.serial != serial),
                listed=known.listed and _without(serial, known.listed),
                revoked=known.revoked | {serial},
                quota_refused_at=None,
            )
        case Listed():
            return replace(
                known,
                listed=fact,
                issued_since=tuple(one for one in known.issued if one.at >= fact.at),
                unanswered_since=tuple(one for one in known.unanswered if one.at >= fact.at),
                quota_refused_at=None,
                learned_at=fact.at,
            )
        case SecretSaved(kind=kind):
            return replace(known, kept=kind, kept_refused=False)
        case SessionSaved(kept=kept):
            failed = () if kept else known.auto_renewal_failed
            return replace(known, session_kept=kept, auto_renewal_failed=failed)
        case AutoRenewalFailed():
            return replace(known, auto_renewal_failed=(*known.auto_renewal_failed, fact))
        case Refused(code=code, kept=kept):
            refused = code == "sign-in-refused"
            at = fact.at if code == "quota-refused" else known.quota_refused_at
            return replace(
                _answered(known, fact),
                refusals_in_a_row=known.refusals_in_a_row + refused,
                refused_at=fact.at if refused else known.refused_at,
                locked_at=fact.at if code == "account-locked" else known.locked_at,
                quota_refused_at=at,
                kept_refused=known.kept_refused or (kept and code in SIGN_IN_REFUSALS),
            )


def _method(name: str) -> SignInMethod | None:
    return next((method for method in SignInMethod if method.value == name), None)


def _without(serial: int, listed: Listed) -> Listed:
    return replace(listed, slots=tuple(one for one in listed.slots if one[0] != serial))


def _answered(known: Known, fact: Issued | Refused) -> Known:
    left = tuple(one for one in known.unanswered if one.attempt != fact.attempt)
    since = tuple(one for one in known.unanswered_since if one.attempt != fact.attempt)
    return replace(known, unanswered=left, unanswered_since=since, learned_at=fact.at)


def pruned(facts: Iterable[Fact], now: datetime) -> list[Fact]:
    """The facts that are still worth keeping."""
    return [fact for fact in facts if fact.at > now - KEPT_FOR or _is_lasting(fact)]


def _is_lasting(fact: Fact) -> bool:
    """What the keychain holds, and that it was refused, stays true however long ago it was."""
    return isinstance(fact, SecretSaved | SessionSaved | KeyProtected) or (
        isinstance(fact, Refused) and fact.kept
    )
