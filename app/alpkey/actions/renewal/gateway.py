"""Renew at a gateway: a key that was made here once, and a fresh certificate for it each time.

The private key never leaves this computer.  A slot is spent when the gateway signs, so an answer
that was lost is looked for in its list before anything is signed again: in the same renewal, and in
the next one where this one could not look.  So is a certificate that came and was not installed,
because the program ended in between.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.agent.load import holds_already
from alpkey.actions.keys.key_to_certify import agree_to_replace, key_to_certify, named_to_certify
from alpkey.actions.keys.named_key import (
    account_at,
    check_neighbours,
    check_unchanged,
    check_waiting,
    keep_certificate,
    named_key,
)
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.actions.renewal.steps import Renewal, RenewalWorld
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import SignedIn, SignInWorld, sign_in, sign_in_again
from alpkey.core.errors import AlpkeyError, InvalidFile, NeedsBrowser, QuotaUsedUp, Unreachable
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate, fingerprint, public_line
from alpkey.core.keys.certificate_check import check_certificate, check_key, is_early
from alpkey.core.keys.certificate_service import CertificateService
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.messages.describe_error import describe, quoted
from alpkey.core.results.status import RenewResult
from alpkey.core.signin.ports import Tokens
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Listed, MaybeIssued, Refused, Revoked
from alpkey.core.state.key_origin import Origin
from alpkey.core.state.quota import from_list, is_brief, slots_in

MINUTE = timedelta(minutes=1)
UNKNOWN_ACCOUNT = "nobody"
"""The account of an attempt for which neither the provider nor this computer knows a name."""


@dataclass(frozen=True, slots=True)
class GatewayRenewalWorld(RenewalWorld):
    """The outside world of a renewal at a gateway.

    ``remember_account`` sets this computer up for another account that the user chose.
    """

    sign_in: SignInWorld
    service: CertificateService
    remember_account: Callable[[str], None]


def renew_at_gateway(
    method: SignInMethod, request: GatewayRequest, world: GatewayRenewalWorld
) -> Action[RenewResult]:
    """Renew the certificate; result and errors are those of ``Renewal.run``."""
    return _GatewayRenewal(method, request, world).run()


class _GatewayRenewal(Renewal[SignedIn]):
    """The sign-in comes before the lock; under it the gateway signs the key of this computer."""

    # A proxy reports trouble, too, when it loses patience with a gateway that signs anyway.
    maybe_granted = ("answer-lost", "service-trouble")

    request: GatewayRequest
    world: GatewayRenewalWorld

    def __init__(
        self, method: SignInMethod, request: GatewayRequest, world: GatewayRenewalWorld
    ) -> None:
        super().__init__(request, world, world.service.name)
        self._chosen_method = method
        # A form takes an answer that is there already; elsewhere the user has to be there.
        self._can_sign_in_anew = request.attended or method is SignInMethod.PASSWORD

    def prepare(self) -> Generator[Event, Answer, None]:
        world, request = self.world, self.request
        self._guard_slot()
        has_questions = request.may_ask and not request.yes
        self._who = Who(
            request.username or account_at(self.snapshot, world.files, self.facts),
            may_ask=has_questions and self._chosen_method is not SignInMethod.PASSWORD,
            attended=request.attended,
            has_form=request.form,
            confirms=not request.yes,
        )
        known = fold(self.facts, self._who.account)
        if not (self._can_sign_in_anew or known.session_kept):
            raise self._needs_user()
        self._named = yield from named_key(world.files, world.pairs, world.change_passphrase)
        self._check_named()
        world.files.check_writable()
        self._agreed = yield from agree_to_replace(world.files, known, yes=request.yes)

    def sign_in(self) -> Action[RenewResult]:
        world, who = self.world.sign_in, self._who
        if self._can_sign_in_anew:
            signed_in = yield from sign_in(self._chosen_method, world, who)
        elif tokens := (yield from sign_in_again(world, who)):
            signed_in = SignedIn(tokens, None, who.account)
        else:
            raise self._needs_user()
        return (yield from self.renew(signed_in))

    def begin(self, signed_in: SignedIn) -> Generator[Event, Answer, None]:
        yield from ()
        self._guard_slot()
        self._guard_spares(signed_in.tokens)
        self._check_named()
        files, pairs = self.world.files, self.world.pairs
        self.account, self.method = self._account(signed_in), signed_in.method
        self._token, self._is_chosen = signed_in.tokens.access, signed_in.chosen
        if files.named:
            self._key = named_to_certify(self._named, files, pairs, self.known)
        else:
            self._key = key_to_certify(files, pairs, self.known, agreed=self._agreed)

    def issue(self) -> Iterator[Event]:
        if found := self._found(None):
            yield Warn("found-in-list")
            self._line = found
            return
        try:
            self._line = yield from self._signed()
        except QuotaUsedUp:
            old = self._active_old
            if not (self.request.replace and old):
                raise
            yield Warn("replaced-first")
            self._revoke(old)
            self._line = yield from self._signed()

    def prove(self) -> Certificate:
        certificate = self.world.pairs.check(self._line)
        check_key(certificate, self._key.public_key)
        names = certificate.principals
        account = names[0] if self.account == UNKNOWN_ACCOUNT and names else self.account
        check_certificate(certificate, account, self.world.status.clock())
        self.account = account
        return certificate

    def note_issued(self, certificate: Certificate) -> None:
        """Unless it is known already, from a renewal that ended before it was installed."""
        if all(issued.serial != certificate.serial for issued in self.known.issued):
            own_key = self._key.waits or self._key.origin is Origin.HERE
            self.note(self.issued(certificate, own_key=own_key, local=True))

    def install(self, certificate: Certificate) -> Iterator[Event]:
        files, key, clock = self.world.files, self._key, self.world.status.clock
        if not key.waits or key.origin is Origin.NOWHERE:
            yield from keep_certificate(files, self.facts, certificate, clock())
        if key.private is None or not key.waits:
            files.install_certificate(self._line)
            return
        if key.origin is not Origin.NOWHERE:
            yield Warn("own-key-made", {"path": str(files.keep_backup(clock()))})
        pair = IssuedPair(self.passphrase.over(key.private), self._line)
        files.install_own(pair, public_line(certificate.public_key))

    def load(self, certificate: Certificate) -> Iterator[Event]:
        key, private = self._key, self._key.private
        if private and key.encrypted:
            private = self.passphrase.opened(private)
        if private:
            protected = key.encrypted or (key.waits and self.passphrase.is_known)
            yield from self.load_open_key(private, certificate, protected=protected)
        elif holds_already(self.world.status.agents, certificate, self.known):
            yield Step("in-agent")
        elif key.private:
            yield Warn("agent-passphrase")
        elif not self.snapshot.has_file:  # ssh needs what holds the key
            yield Warn("key-elsewhere", {"path": str(self.snapshot.key_path)})

    def finish(self, certificate: Certificate) -> Iterator[Event]:
        old, files = self._active_old, self.world.files
        if self.request.replace and old and old != certificate:
            try:
                self._revoke(old)
            except AlpkeyError as error:
                yield Warn("not-revoked", {"title": describe(error).title})
        if self._is_chosen:
            try:
                self.world.remember_account(self.account)
            except AlpkeyError as error:
                yield Warn("account-not-remembered", {"account": self.account, **quoted(error)})
        if self._key.hidden:  # with it the passphrase need not be typed for the next certificate
            try:
                files.add_public(public_line(self._key.public_key))
            except InvalidFile as error:
                path = str(files.path)
                yield Warn("public-half-unwritten", {"path": path, **quoted(error)})

    def _account(self, signed_in: SignedIn) -> str:
        """A provider may know the user by a name of their home institution: no account here."""
        name = signed_in.account
        named = name if name and self.world.site.names_a_user(name) else None
        return named or UNKNOWN_ACCOUNT

    def _needs_user(self) -> NeedsBrowser:
        site = self.world.site.name
        return NeedsBrowser("password-not-allowed", site=site, host=self.service_name)

    def _check_named(self) -> None:
        """Raises InvalidFile where the key that the user named changed, or what lies beside it."""
        files = self.world.files
        if files.named:
            check_unchanged(self._named, files)
            check_neighbours(files, self.facts, self.world.status.clock())
            if files.private() is None:
                check_waiting(files, self.world.pairs, self.facts)

    def _guard_slot(self) -> None:
        """Raises QuotaUsedUp where no slot is left for what takes one.

        One that is valid for a minute takes none, nor one that is issued already and only has to be
        installed; one that replaces another frees its slot first where it must.
        """
        known = fold(self.facts, self.snapshot.account)
        now, installed = self.world.status.clock(), self.snapshot.certificate
        is_issued = known.unanswered or known.missing(installed, now)
        if self.request.duration == "1d" and not self.request.replace and not is_issued:
            self.guard_quota()

    def _guard_spares(self, tokens: Tokens) -> None:
        """Raises QuotaUsedUp where the service's list leaves too few slots for the user."""
        if not self.request.spares:
            return
        now = self.world.status.clock()
        keys = self.world.service.listed(tokens.access)
        if account := self.snapshot.account or tokens.username:
            self.note(Listed(now, account, slots_in(keys, now)))
        quota = from_list(keys, self.snapshot.quota.limit, now)
        if quota.remaining is None or quota.remaining <= self.request.spares:
            raise QuotaUsedUp("quota-spared", site=self.world.site.name)

    def _signed(self) -> Generator[Event, Answer, str]:
        """Sign; after a lost answer once more, where the list proves that nothing was issued."""
        try:
            return self._sign_once()
        except Unreachable as error:
            if error.code != "answer-lost":
                raise
            if found := self._found(error):
                yield Warn("found-in-list")
                return found
            if self.world.cancellation.requested:
                raise
        return self._sign_once()

    def _sign_once(self) -> str:
        service, duration = self.world.service, self.request.duration
        day = timedelta(hours=self.world.site.validity_hours)
        line = f"{public_line(self._key.public_key)} alpkey\n"
        return self.send(
            lambda: service.sign(self._token, line, duration),
            day if duration == "1d" else MINUTE,
            fingerprint=self._key.fingerprint,
        )

    def _found(self, lost: Unreachable | None) -> str | None:
        """The certificate whose answer was lost, or that was not installed; None where none is.

        Attempts of which the list knows nothing spent nothing, and are closed in the journal.
        Raises ``lost`` where that is uncertain, and InvalidFile where one is there that is not
        valid yet: another one would not be either.
        """
        known, now = self.known, self.world.status.clock()
        attempts = [attempt for attempt in known.unanswered if self._is_for_key(attempt)]
        missing = {
            issued.serial: issued
            for issued in known.missing(self.snapshot.certificate, now)
            if issued.fingerprint == self._key.fingerprint
        }
        if not attempts and not missing:
            return None
        serials = {issued.serial for issued in known.issued}
        listed = self._listed(lost)
        new = [found for found in listed if attempts and found.serial not in serials]
        if not new:
            for attempt in attempts:
                self.note(Refused(now, self.account, attempt.attempt, "not-issued"))
        candidates = [*new, *(found for found in listed if found.serial in missing)]
        suitable = [found for found in candidates if self._is_suitable(found)]
        if suitable:
            best = max(suitable, key=_end)
            self.attempt = (missing.get(best.serial) or attempts[-1]).attempt
            return public_line(best.blob)
        for certificate in new:
            if is_early(certificate, now):
                check_certificate(certificate, self.account, now)
        if new and lost:
            raise lost
        return None

    def _listed(self, lost: Unreachable | None) -> list[Certificate]:
        """The active certificates of this key.  Raises ``lost``, or what the service raises."""
        try:
            keys = self.world.service.listed(self._token)
        except AlpkeyError:
            if lost is None:
                raise
            raise lost from None
        return [
            key.certificate
            for key in keys
            if key.certificate
            and key.certificate.public_key == self._key.public_key
            and key.revoked_at is None
        ]

    def _is_for_key(self, attempt: MaybeIssued) -> bool:
        now = self.world.status.clock()
        return attempt.fingerprint == self._key.fingerprint and now < attempt.valid_before

    def _is_suitable(self, certificate: Certificate) -> bool:
        """Whether it opens doors, and for as long as is wanted: more than half its life is left."""
        now = self.world.status.clock()
        try:
            check_certificate(certificate, self.account, now)
        except InvalidFile:
            return False
        after, before = certificate.valid_after, certificate.valid_before
        if after is None or before is None:
            return True
        is_young = now < after + (before - after) / 2
        return is_young and is_brief(before - after) == (self.request.duration == "1min")

    @property
    def _active_old(self) -> Certificate | None:
        """The certificate that was installed until now, unless it expired or was revoked."""
        old = self.snapshot.certificate
        if old is None or old.serial in self.known.revoked:
            return None
        ends = old.valid_before
        return old if ends is None or self.world.status.clock() < ends else None

    def _revoke(self, old: Certificate) -> None:
        """Raises what the service raises."""
        self.world.service.revoke(self._token, old.serial)
        now = self.world.status.clock()
        self.note(Revoked(now, self.account, old.serial, fingerprint(old.public_key)))


def _end(certificate: Certificate) -> float:
    return certificate.valid_before.timestamp() if certificate.valid_before else float("inf")
