"""What the facts of the journal amount to: the fold of them into one value, and what may leave.

A slot of the day's quota may be spent from the instant a signing request leaves this machine, so
``maybe-issued`` is written before it is sent; ``issued`` or ``refused`` with the same attempt
takes its place.  A program killed in between therefore never counts too few.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from alpkey.core.keys.certificate import Certificate
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal_facts import (
    AutoRenewalFailed,
    Fact,
    Finding,
    Issued,
    KeyProtected,
    Listed,
    MaybeIssued,
    Refused,
    Retired,
    Revoked,
    SecretSaved,
    SessionSaved,
)

KEPT_FOR = timedelta(days=90)
REFUSALS_BEFORE_LOCK_OUT = 3

# The service refused the password that was typed or saved: no matter of network or quota.
SIGN_IN_REFUSALS = ("sign-in-refused", "account-locked", "request-refused")


class Known(NamedTuple):
    """What the journal says about one account; ``fingerprints`` are of all accounts' keys.

    ``service_made`` are those among them that the service made; ``revoked`` are serials.
    ``refused_at`` is when the last of the ``refusals_in_a_row`` was; ``locked_at`` when the service
    said that the account itself is closed, as long as nothing was issued to it since.
    ``listed`` is the newest list of the service, less what was revoked since; ``issued_since``
    and ``unanswered_since`` are what may not be in it.
    ``kept`` is the kind of secret in the keychain; ``kept_refused`` where it must not be sent.
    ``session_kept``: the keychain holds a sign-in; ``auto_renewal_failed``: the automatic renewals
    that failed since the last key, or since the user signed in.
    ``key_protected``: the keychain holds the passphrase of the private key.
    ``findings`` are the checks of the doctor that found something, the first one first.
    ``method`` is how the user signed in for the last key.
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
        return any(issued.local and issued.fingerprint == fingerprint for issued in self.issued)

    def missing(self, installed: Certificate | None, now: datetime) -> tuple[Issued, ...]:
        """What was issued here, is valid, and ends later than what is installed.

        The program ended before it was installed, or the user installed something else.
        """
        ends = installed.valid_before if installed else now
        return tuple(
            issued
            for issued in self.issued
            if issued.valid_before and ends and issued.valid_before > max(ends, now)
        )


class Facts(tuple[Fact, ...]):
    """The facts of a journal that was read, oldest first, each account's fold made once."""

    _known: dict[str | None, Known]

    def known(self, account: str | None = None) -> Known:
        """The fold for ``account``, else for the account that :func:`fold` finds."""
        found: dict[str | None, Known] = self.__dict__.setdefault("_known", {})
        if account not in found:
            known = _fold(self, account)
            found[account] = found[known.account] = known
        return found[account]


def of_account(facts: Iterable[Fact], username: str | None, others: Collection[str]) -> Facts:
    """The facts that concern one account, and those of none.

    ``username`` is that of an account beside the first.  Without it they are the first account's,
    which are all that are of none of the ``others``.
    """

    def is_own(fact: Fact) -> bool:
        if isinstance(fact, Retired | Finding):
            return True
        return fact.account == username if username else fact.account not in others

    return Facts(filter(is_own, facts))


def fold(facts: Iterable[Fact], account: str | None = None) -> Known:
    """All facts of ``account`` as one value, in time linear in their number.

    Without ``account`` it is the one that got a certificate last, else the last that tried.
    """
    return (facts if isinstance(facts, Facts) else Facts(facts)).known(account)


def _fold(facts: Sequence[Fact], account: str | None) -> Known:
    if account is None:
        account = _last_account(facts, Issued) or _last_account(
            facts, Issued | MaybeIssued | Refused | SecretSaved
        )
    folding = _Folding(account)
    for fact in facts:
        if isinstance(fact, Issued) and fact.own_key:
            folding.own_key(fact)
        if isinstance(fact, Retired | KeyProtected | Finding) or fact.account == account:
            folding.learn(fact)
    return folding.known()


def _last_account(facts: Sequence[Fact], kind: Any) -> str | None:
    return next((fact.account for fact in reversed(facts) if isinstance(fact, kind)), None)


class _Folding:
    """A fold under way.  No fact makes it walk through those before.

    ``issued`` and ``unanswered`` are by the number of their fact, so that one taken out of the
    middle costs nothing; ``by_serial`` and ``by_attempt`` find those numbers.
    """

    def __init__(self, account: str | None) -> None:
        self._fields: dict[str, Any] = {"account": account}
        self._number = 0
        self._fingerprints: set[str] = set()
        self._service_made: set[str] = set()
        self._issued: dict[int, Issued] = {}
        self._by_serial: dict[int, list[int]] = {}
        self._unanswered: dict[int, MaybeIssued] = {}
        self._by_attempt: dict[str, list[int]] = {}
        self._revoked: set[int] = set()
        self._listed: Listed | None = None
        self._listed_number = 0
        self._revoked_since: set[int] = set()
        self._refusals_in_a_row = 0
        self._auto_renewal_failed: list[AutoRenewalFailed] = []
        self._retired: set[str] = set()
        self._findings: dict[str, None] = {}

    def own_key(self, issued: Issued) -> None:
        """Take note of a key of any account that Alpkey installed."""
        self._fingerprints.add(issued.fingerprint)
        if not issued.local:
            self._service_made.add(issued.fingerprint)

    def learn(self, fact: Fact) -> None:
        """Take in the next fact of the account, or of none."""
        self._number += 1
        match fact:
            case Retired():
                (self._retired.add if fact.retired else self._retired.discard)(fact.service)
            case KeyProtected():
                self._set(key_protected=fact.kept)
            case Finding():
                self._on_finding(fact)
            case MaybeIssued():
                self._on_maybe_issued(fact)
            case Issued():
                self._on_issued(fact)
            case Revoked():
                self._on_revoked(fact)
            case Listed():
                self._on_listed(fact)
            case SecretSaved():
                self._set(kept=fact.kind, kept_refused=False)
            case SessionSaved():
                self._on_session_saved(fact)
            case AutoRenewalFailed():
                self._auto_renewal_failed.append(fact)
            case Refused():
                self._on_refused(fact)

    def known(self) -> Known:
        """The value of all that was taken in."""
        return Known(
            fingerprints=frozenset(self._fingerprints),
            service_made=frozenset(self._service_made),
            revoked=frozenset(self._revoked),
            issued=tuple(self._issued.values()),
            unanswered=tuple(self._unanswered.values()),
            listed=self._still_listed(),
            issued_since=self._since(self._issued),
            unanswered_since=self._since(self._unanswered),
            refusals_in_a_row=self._refusals_in_a_row,
            auto_renewal_failed=tuple(self._auto_renewal_failed),
            retired=frozenset(self._retired),
            findings=tuple(self._findings),
            **self._fields,
        )

    def _still_listed(self) -> Listed | None:
        if self._listed is None or not self._revoked_since:
            return self._listed
        slots = (slot for slot in self._listed.slots if slot[0] not in self._revoked_since)
        return self._listed._replace(slots=tuple(slots))

    def _since(self, numbered: dict[int, Any]) -> tuple[Any, ...]:
        """What may not be in the newest list: written after it, or not before it was asked for."""
        listed = self._listed
        if listed is None:
            return tuple(numbered.values())
        return tuple(
            fact
            for number, fact in numbered.items()
            if number > self._listed_number or fact.at >= listed.at
        )

    def _set(self, **fields: Any) -> None:
        self._fields |= fields

    def _on_finding(self, fact: Finding) -> None:
        self._findings.pop(fact.check, None)
        if fact.found:
            self._findings[fact.check] = None

    def _on_maybe_issued(self, fact: MaybeIssued) -> None:
        self._unanswered[self._number] = fact
        self._by_attempt.setdefault(fact.attempt, []).append(self._number)
        self._set(learned_at=fact.at)

    def _on_issued(self, fact: Issued) -> None:
        self._answered(fact)
        self._issued[self._number] = fact
        self._by_serial.setdefault(fact.serial, []).append(self._number)
        self._refusals_in_a_row = 0
        self._auto_renewal_failed.clear()
        self._set(locked_at=None, quota_refused_at=None)
        if method := _method(fact.method):
            self._set(method=method)

    def _on_revoked(self, fact: Revoked) -> None:
        for number in self._by_serial.pop(fact.serial, ()):
            del self._issued[number]
        self._revoked.add(fact.serial)
        self._revoked_since.add(fact.serial)
        self._set(quota_refused_at=None)

    def _on_listed(self, fact: Listed) -> None:
        self._listed, self._listed_number = fact, self._number
        self._revoked_since.clear()
        self._set(quota_refused_at=None, learned_at=fact.at)

    def _on_session_saved(self, fact: SessionSaved) -> None:
        self._set(session_kept=fact.kept)
        if fact.kept:
            self._auto_renewal_failed.clear()

    def _on_refused(self, fact: Refused) -> None:
        self._answered(fact)
        if fact.code == "sign-in-refused":
            self._refusals_in_a_row += 1
            self._set(refused_at=fact.at)
        if fact.code == "account-locked":
            self._set(locked_at=fact.at)
        if fact.code == "quota-refused":
            self._set(quota_refused_at=fact.at)
        if fact.kept and fact.code in SIGN_IN_REFUSALS:
            self._set(kept_refused=True)

    def _answered(self, fact: Issued | Refused) -> None:
        for number in self._by_attempt.pop(fact.attempt, ()):
            del self._unanswered[number]
        self._set(learned_at=fact.at)


def _method(name: str) -> SignInMethod | None:
    return next((method for method in SignInMethod if method.value == name), None)


def pruned(facts: Sequence[Fact], now: datetime) -> list[Fact]:
    """The facts that still matter: those of the last 90 days, and older ones that hold until now.

    These are what the keychain holds, and that it was refused; certificates that are still valid,
    and that they were revoked; whether a service is retired, and what the doctor found; and the
    certificate that was issued last, for each key file, by which its key is known as Alpkey's own,
    and for each account, by which its sign-in method is known.
    """
    oldest = now - KEPT_FOR
    if all(fact.at > oldest for fact in facts):
        return list(facts)
    valid = {fact.serial for fact in facts if isinstance(fact, Issued) and _is_valid(fact, now)}
    superseded: set[Hashable] = set()
    remaining = []
    for fact in reversed(facts):
        subjects = _subjects(fact) - superseded
        superseded |= subjects
        if fact.at > oldest or subjects or _is_lasting(fact, valid):
            remaining.append(fact)
    return remaining[::-1]


def _is_valid(issued: Issued, now: datetime) -> bool:
    return issued.valid_before is None or issued.valid_before > now


def _subjects(fact: Fact) -> set[Hashable]:
    """What the fact has the last word on, until a later fact says something of the same."""
    match fact:
        case Issued():
            by_method = {("method", fact.account)} if fact.method else set()
            return {("key", fact.key_path), *by_method}
        case Retired():
            return {("service", fact.service)}
        case Finding():
            return {("check", fact.check)}
    return set()


def _is_lasting(fact: Fact, valid: Collection[int]) -> bool:
    """Whether the fact holds however long ago it was; ``valid`` are serials of certificates."""
    match fact:
        case SecretSaved() | SessionSaved() | KeyProtected():
            return True
        case Refused():
            return fact.kept
        case Issued() | Revoked():
            return fact.serial in valid
    return False
