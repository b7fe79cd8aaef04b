"""Renew at a gateway: a key that was made here once, and a fresh certificate for it each time.

The private key never leaves this computer.  A slot is spent when the gateway signs, so an answer
that was lost is looked for in its list before anything is signed again: in the same renewal, and in
the next one where this one could not look.  So is a certificate that came and was not installed,
because the program ended in between.
"""

import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, note, report_wait
from alpkey.actions.keys.key_to_certify import (
    KeyToCertify,
    agree_to_replace,
    key_to_certify,
    named_to_certify,
)
from alpkey.actions.keys.named_key import (
    NamedKey,
    account_at,
    check_neighbours,
    check_unchanged,
    check_waiting,
    is_ours,
    named_key,
)
from alpkey.actions.renewal.common import (
    RenewRequest,
    guard_quota,
    is_still_good,
    look_again,
    renewal_result,
)
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import SignedIn, SignInWorld, sign_in, sign_in_again
from alpkey.actions.status import StatusWorld
from alpkey.core.errors import AlpkeyError, InvalidFile, NeedsBrowser, QuotaUsedUp, Unreachable
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate, fingerprint, public_line
from alpkey.core.keys.certificate_check import check_certificate, check_key, is_early
from alpkey.core.keys.certificate_service import CertificateService
from alpkey.core.messages.describe import describe, quoted
from alpkey.core.ports import Cancellation, IssuedPair, KeyFiles, KeyProtection, Lock, Pairs
from alpkey.core.signin.ports import Tokens
from alpkey.core.site import SignInMethod, Site
from alpkey.core.state.journal import Issued, Known, Listed, MaybeIssued, Refused, Revoked, fold
from alpkey.core.state.key_origin import Origin
from alpkey.core.state.quota import from_list, is_brief, slots_in
from alpkey.core.state.snapshot import Snapshot

MINUTE = timedelta(minutes=1)
NOBODY = "nobody"
"""The account of an attempt for which neither the provider nor this computer knows a name."""

# A proxy tells of trouble, too, when it loses patience with a gateway that signs all the same.
_MAYBE_GRANTED = ("answer-lost", "service-trouble")


@dataclass(frozen=True, slots=True)
class GatewayRenewalWorld:
    """The outside world of a renewal at a gateway."""

    site: Site
    sign_in: SignInWorld
    service: CertificateService
    files: KeyFiles
    pairs: Pairs
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld
    kept: SavedSecretsWorld
    protection: KeyProtection
    refill: agent_actions.Refill


def renew_at_gateway(
    method: SignInMethod, request: RenewRequest, world: GatewayRenewalWorld
) -> Action:
    """Renews the certificate; the result is that of ``renew``.

    Raises every error of the tree but NoKey and KeyExpired.
    """
    yield from finish_interrupted(world.files, world.lock)
    before = world.status.snapshot()
    if is_still_good(before, request, world.status):
        yield from world.refill(attended=False)
        return renewal_result(world.status, world.cancellation)
    _guard(before, request, world)
    who = Who(
        request.username or account_at(before, world.files, world.status.journal.facts()),
        may_ask=request.may_ask and not request.yes and method is not SignInMethod.PASSWORD,
        attended=request.attended,
        has_form=request.form,
    )
    known = fold(world.status.journal.facts(), who.account)
    if not (_can_be_anew(method, who) or known.session_kept):
        raise _needs_a_person(world)
    named = yield from _named(world)
    world.files.check_writable()
    agreed = yield from agree_to_replace(world.files, known, yes=request.yes)
    cover = KeyPassphrase(world.kept, world.protection)
    cover.begin()
    signed_in = yield from _signed_in(method, who, world)
    tokens, account = signed_in.tokens, _account(signed_in, who, world)
    yield from cover.wait()
    yield from report_wait(world.lock)
    with world.lock.held(LOCK_TIMEOUT_S):
        snapshot = yield from look_again(before, request, world.status, world.lock)
        if snapshot is None:
            return renewal_result(world.status, world.cancellation)
        _guard(snapshot, request, world)
        _spare(tokens, snapshot, request, world)
        known = fold(world.status.journal.facts(), account)
        if world.files.named:
            _check_named(named, world)
            key = named_to_certify(named, world.files, world.pairs, known)
        else:
            key = key_to_certify(world.files, world.pairs, known, agreed=agreed)
        hidden = named is not None and named.hidden
        with world.cancellation.deferred():
            signing = CertificateRequest(
                request, world, signed_in, account, key, cover, snapshot.certificate
            )
            yield from signing.run()
            if hidden:
                yield from _add_public(key, world)
            return renewal_result(world.status, world.cancellation, world.service.name)


def _named(world: GatewayRenewalWorld) -> Generator[Event, Answer, NamedKey | None]:
    """The key that the person named, before anybody signs in.  Raises InvalidFile or Cancelled."""
    if not world.files.named:
        return None
    named = yield from named_key(world.files, world.pairs, world.protection)
    _check_named(named, world)
    return named


def _check_named(named: NamedKey | None, world: GatewayRenewalWorld) -> None:
    facts = world.status.journal.facts()
    check_unchanged(named, world.files)
    check_neighbours(world.files, facts, world.status.clock())
    if world.files.private() is None:
        check_waiting(world.files, world.pairs, facts)


def _add_public(key: KeyToCertify, world: GatewayRenewalWorld) -> Iterator[Event]:
    """So that the passphrase need not be typed for the next certificate."""
    try:
        world.files.add_public(public_line(key.public_key))
    except InvalidFile as error:
        yield Warn("public-half-unwritten", {"path": str(world.files.path), **quoted(error)})


def _can_be_anew(method: SignInMethod, who: Who) -> bool:
    """A form is filled in by whoever can; elsewhere somebody has to be there."""
    return who.attended or method is SignInMethod.PASSWORD


def _signed_in(
    method: SignInMethod, who: Who, world: GatewayRenewalWorld
) -> Generator[Event, Answer, SignedIn]:
    if _can_be_anew(method, who):
        return (yield from sign_in(method, world.sign_in, who))
    if tokens := (yield from sign_in_again(world.sign_in, who)):
        return SignedIn(tokens, None)
    raise _needs_a_person(world)


def _account(signed_in: SignedIn, who: Who, world: GatewayRenewalWorld) -> str:
    """A form may have been filled in for another account than the one known here."""
    told = _user_name(signed_in.tokens, world)
    known = None if signed_in.method is SignInMethod.PASSWORD else who.account
    return known or told or NOBODY


def _user_name(tokens: Tokens, world: GatewayRenewalWorld) -> str | None:
    """None where the provider knows the person by a name of their home institution."""
    name = tokens.username
    return name if name and world.site.names_a_user(name) else None


def _needs_a_person(world: GatewayRenewalWorld) -> NeedsBrowser:
    return NeedsBrowser("password-not-allowed", site=world.site.name, host=world.service.name)


def _guard(snapshot: Snapshot, request: RenewRequest, world: GatewayRenewalWorld) -> None:
    """A minute is to be had without limit; what replaces ours frees a slot where it must.

    What is there already and only has to be installed takes none.
    """
    known = fold(world.status.journal.facts(), snapshot.account)
    found = known.unanswered or known.missing(snapshot.certificate, world.status.clock())
    if request.duration == "1d" and not request.replace and not found:
        guard_quota(snapshot, request, world.status)


def _spare(
    tokens: Tokens, snapshot: Snapshot, request: RenewRequest, world: GatewayRenewalWorld
) -> None:
    """Raises QuotaUsedUp where too few slots would be left for whoever asks."""
    if not request.spares:
        return
    now = world.status.clock()
    keys = world.service.listed(tokens.access)
    if account := snapshot.account or tokens.username:
        note(world.status.journal, Listed(now, account, slots_in(keys, now)))
    quota = from_list(keys, snapshot.quota.limit, now)
    if quota.remaining is None or quota.remaining <= request.spares:
        raise QuotaUsedUp("quota-spared", site=world.site.name)


class CertificateRequest:
    """From a token to an installed certificate; the journal knows of every attempt before it."""

    def __init__(
        self,
        request: RenewRequest,
        world: GatewayRenewalWorld,
        signed_in: SignedIn,
        account: str,
        key: KeyToCertify,
        cover: KeyPassphrase,
        old: Certificate | None,
    ) -> None:
        self._request = request
        self._world = world
        self._token = signed_in.tokens.access
        self._method = signed_in.method
        self._account = account
        self._key = key
        self._cover = cover
        self._old = old

    def run(self) -> Iterator[Event]:
        line = yield from self._line()
        yield Step("issued")
        certificate = self._proven(line)
        self._note_issued(certificate)
        yield from self._install(certificate, line)
        yield Step("installed")
        yield from self._load_agent(certificate)
        if self._request.replace and self._is_replaced_by(certificate):
            try:
                self._revoke_old()
            except AlpkeyError as error:
                yield Warn("not-revoked", {"title": describe(error).title})

    def _line(self) -> Generator[Event, Answer, str]:
        """The certificate's line.  Raises what the service does."""
        if found := self._found(None):
            yield Warn("found-in-list")
            return found
        try:
            return (yield from self._signed())
        except QuotaUsedUp:
            if not (self._request.replace and self._is_live(self._old)):
                raise
        yield Warn("replaced-first")
        self._revoke_old()
        return (yield from self._signed())

    def _signed(self) -> Generator[Event, Answer, str]:
        """Signs; after a lost answer once more, where the list proves that nothing was issued."""
        try:
            return self._sign_once()
        except Unreachable as lost:
            if lost.code != "answer-lost":
                raise
            if found := self._found(lost):
                yield Warn("found-in-list")
                return found
            if self._world.cancellation.requested:
                raise
        return self._sign_once()

    def _sign_once(self) -> str:
        """One request.  Where it may have been granted the attempt stays open in the journal."""
        world, now = self._world, self._world.status.clock()
        day = timedelta(hours=world.site.validity_hours)
        ends = now + (day if self._request.duration == "1d" else MINUTE)
        self._attempt = uuid.uuid4().hex
        world.status.journal.append(
            [MaybeIssued(now, self._account, self._attempt, ends, self._key.fingerprint)]
        )
        line = f"{public_line(self._key.public_key)} alpkey\n"
        try:
            return world.service.sign(self._token, line, self._request.duration)
        except AlpkeyError as error:
            if error.code not in _MAYBE_GRANTED:
                self._note(Refused(now, self._account, self._attempt, error.code))
            raise

    def _found(self, lost: Unreachable | None) -> str | None:
        """The certificate whose answer was lost, or that was not installed; None where none is.

        Attempts of which the list knows nothing spent nothing, and are closed in the journal.
        Raises ``lost`` where that cannot be told for sure, and InvalidFile where one is there that
        is not valid yet: another one would not be either.
        """
        known, now = self._known, self._world.status.clock()
        attempts = [one for one in known.unanswered if self._is_mine(one)]
        missing = {
            one.serial: one
            for one in known.missing(self._old, now)
            if one.fingerprint == self._key.fingerprint
        }
        if not attempts and not missing:
            return None
        issued = {one.serial for one in known.issued}
        ours = self._listed(lost)
        new = [one for one in ours if attempts and one.serial not in issued]
        if not new:
            for one in attempts:
                self._note(Refused(now, self._account, one.attempt, "not-issued"))
        candidates = [*new, *(one for one in ours if one.serial in missing)]
        fit = [one for one in candidates if self._is_fit(one)]
        if fit:
            best = max(fit, key=_end)
            self._attempt = (missing.get(best.serial) or attempts[-1]).attempt
            return public_line(best.blob)
        for certificate in new:
            if is_early(certificate, now):
                check_certificate(certificate, self._account, now)
        if new and lost:
            raise lost
        return None

    def _listed(self, lost: Unreachable | None) -> list[Certificate]:
        """The living certificates of our key.  Raises ``lost``, or what the service does."""
        try:
            keys = self._world.service.listed(self._token)
        except AlpkeyError:
            if lost is None:
                raise
            raise lost from None
        return [
            one.certificate
            for one in keys
            if one.certificate
            and one.certificate.public_key == self._key.public_key
            and one.revoked_at is None
        ]

    def _is_mine(self, attempt: MaybeIssued) -> bool:
        now = self._world.status.clock()
        return attempt.fingerprint == self._key.fingerprint and now < attempt.valid_before

    def _is_fit(self, certificate: Certificate) -> bool:
        """Whether it opens doors, and for as long as is wanted: more than half its life is left."""
        try:
            check_certificate(certificate, self._account, self._world.status.clock())
        except InvalidFile:
            return False
        after, before = certificate.valid_after, certificate.valid_before
        if after is None or before is None:
            return True
        young = self._world.status.clock() < after + (before - after) / 2
        return young and is_brief(before - after) == (self._request.duration == "1min")

    def _proven(self, line: str) -> Certificate:
        """The certificate, once it is proven to be for our key and our account.  Raises
        InvalidFile.
        """
        certificate = self._world.pairs.check(line)
        check_key(certificate, self._key.public_key)
        names = certificate.principals
        account = names[0] if self._account == NOBODY and names else self._account
        check_certificate(certificate, account, self._world.status.clock())
        self._account = account
        return certificate

    def _install(self, certificate: Certificate, line: str) -> Iterator[Event]:
        files = self._world.files
        if not self._key.waits or self._key.origin is Origin.NOWHERE:
            yield from self._keep_certificate(certificate)
        if self._key.private is None or not self._key.waits:
            files.install_certificate(line)
            return
        if self._key.origin is not Origin.NOWHERE:
            path = files.keep_backup(self._world.status.clock())
            yield Warn("own-key-made", {"path": str(path)})
        files.install_own(
            IssuedPair(self._cover.over(self._key.private), line),
            public_line(certificate.public_key),
        )

    def _keep_certificate(self, fresh: Certificate) -> Iterator[Event]:
        """Copies aside one that came from elsewhere, which only its own issuer could replace."""
        files, status = self._world.files, self._world.status
        there = files.certificate()
        if there is not None and not is_ours(there, status.journal.facts(), fresh):
            yield Warn("backup-kept", {"path": str(files.keep_certificate(status.clock()))})

    def _load_agent(self, certificate: Certificate) -> Iterator[Event]:
        private, status = self._key.private, self._world.status
        if private is None:
            yield from self._tell_where(certificate)
            return
        if self._key.encrypted:
            opened = self._cover.opened(private)
            if opened is None:
                held = agent_actions.holds_already(status.agents, certificate, self._known)
                yield Step("in-agent") if held else Warn("agent-passphrase")
                return
            private = opened
        key = agent_actions.LoadableKey.of(private, certificate, status.snapshot())
        yield from agent_actions.load_after_renewal(status.agents, key, self._known, status.clock)

    def _tell_where(self, certificate: Certificate) -> Iterator[Event]:
        """A key that is not in a file cannot be loaded; ssh needs what holds it."""
        snapshot, agents = self._world.status.snapshot(), self._world.status.agents
        if agent_actions.holds_already(agents, certificate, self._known):
            yield Step("in-agent")
        elif not snapshot.has_file:
            yield Warn("key-elsewhere", {"path": str(snapshot.key_path)})

    def _is_replaced_by(self, certificate: Certificate) -> bool:
        return self._is_live(self._old) and self._old != certificate

    def _is_live(self, certificate: Certificate | None) -> bool:
        if certificate is None or certificate.serial in self._known.revoked:
            return False
        ends = certificate.valid_before
        return ends is None or self._world.status.clock() < ends

    def _revoke_old(self) -> None:
        """Revokes the certificate that was installed until now.  Raises what the service does."""
        if self._old is None:
            return
        self._world.service.revoke(self._token, self._old.serial)
        self._note(
            Revoked(
                self._world.status.clock(),
                self._account,
                self._old.serial,
                fingerprint(self._old.public_key),
            )
        )

    def _note_issued(self, certificate: Certificate) -> None:
        """Unless it is known already, from a renewal that ended before it was installed."""
        if any(one.serial == certificate.serial for one in self._known.issued):
            return
        ours = self._key.waits or self._key.origin is Origin.HERE
        self._note(
            Issued.of(
                certificate,
                at=self._world.status.clock(),
                account=self._account,
                attempt=self._attempt,
                key_path=self._world.status.snapshot().key_path,
                own_key=ours,
                local=True,
                method=self._method,
            )
        )

    @property
    def _known(self) -> Known:
        return fold(self._world.status.journal.facts(), self._account)

    def _note(self, fact: Issued | Refused | Revoked) -> None:
        note(self._world.status.journal, fact)


def _end(certificate: Certificate) -> float:
    return certificate.valid_before.timestamp() if certificate.valid_before else float("inf")
