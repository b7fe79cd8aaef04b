"""One certificate from a gateway for a key of this computer.

A slot is spent when the gateway signs, so an answer that was lost is looked for in its list before
anything is signed again: in the same renewal, and in the next one where this one could not look.
So is a certificate that came and was not installed, because the program ended in between.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.agent.load import holds_already
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.keys.key_to_certify import KeyToCertify
from alpkey.actions.keys.named_key import is_ours
from alpkey.actions.renewal.issuance import Issuance
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.actions.renewal.world import GatewayRenewalWorld, Reading
from alpkey.actions.signin.sign_in import SignedIn
from alpkey.core.errors import AlpkeyError, InvalidFile, QuotaUsedUp, Unreachable
from alpkey.core.events import Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate, fingerprint, public_line
from alpkey.core.keys.certificate_check import check_certificate, check_key, is_early
from alpkey.core.messages import describe
from alpkey.core.ports import IssuedPair
from alpkey.core.state.journal import MaybeIssued, Refused, Revoked
from alpkey.core.state.key_origin import Origin
from alpkey.core.state.quota import is_brief

MINUTE = timedelta(minutes=1)
UNKNOWN_ACCOUNT = "nobody"
"""The account of an attempt for which neither the provider nor this computer knows a name."""


@dataclass(frozen=True, slots=True)
class Certification:
    """What is to be certified: ``key``, for ``account``, by whoever ``signed_in``."""

    key: KeyToCertify
    request: GatewayRequest
    signed_in: SignedIn
    account: str


class GatewayIssuance(Issuance):
    """From a token to an installed certificate."""

    # A proxy reports trouble, too, when it loses patience with a gateway that signs anyway.
    maybe_granted = ("answer-lost", "service-trouble")

    _line: str

    def __init__(
        self,
        world: GatewayRenewalWorld,
        what: Certification,
        passphrase: KeyPassphrase,
        reading: Reading,
    ) -> None:
        super().__init__(world, what.account, what.signed_in.method, passphrase, reading)
        self._service = world.service
        self._request = what.request
        self._token = what.signed_in.tokens.access
        self._key = what.key
        self._old = reading.snapshot.certificate

    def _issue(self) -> Generator[Event, Answer, None]:
        if found := self._found(None):
            yield Warn("found-in-list")
            self._line = found
            return
        try:
            self._line = yield from self._signed()
        except QuotaUsedUp:
            if not (self._request.replace and self._is_active(self._old)):
                raise
            yield Warn("replaced-first")
            self._revoke_old()
            self._line = yield from self._signed()

    def _prove(self) -> Certificate:
        certificate = self._world.pairs.check(self._line)
        check_key(certificate, self._key.public_key)
        names = certificate.principals
        account = names[0] if self._account == UNKNOWN_ACCOUNT and names else self._account
        check_certificate(certificate, account, self._world.status.clock())
        self._account = account
        return certificate

    def _note_issued(self, certificate: Certificate) -> None:
        """Unless it is known already, from a renewal that ended before it was installed."""
        if all(issued.serial != certificate.serial for issued in self._known.issued):
            own_key = self._key.waits or self._key.origin is Origin.HERE
            self._note(self._issued(certificate, own_key=own_key, local=True))

    def _install(self, certificate: Certificate) -> Iterator[Event]:
        files, key = self._world.files, self._key
        if not key.waits or key.origin is Origin.NOWHERE:
            yield from self._keep_certificate(certificate)
        if key.private is None or not key.waits:
            files.install_certificate(self._line)
            return
        if key.origin is not Origin.NOWHERE:
            path = files.keep_backup(self._world.status.clock())
            yield Warn("own-key-made", {"path": str(path)})
        pair = IssuedPair(self._passphrase.over(key.private), self._line)
        files.install_own(pair, public_line(certificate.public_key))

    def _load(self, certificate: Certificate) -> Iterator[Event]:
        private, protected = self._key.private, self._key.encrypted
        if private is None:
            yield from self._report_where_key_is(certificate)
            return
        if protected:
            opened = self._passphrase.opened(private)
            if opened is None:
                held = holds_already(self._world.status.agents, certificate, self._known)
                yield Step("in-agent") if held else Warn("agent-passphrase")
                return
            private = opened
        elif self._key.waits:
            protected = self._passphrase.is_known
        yield from self._load_open_key(private, certificate, protected=protected)

    def _finish(self, certificate: Certificate) -> Iterator[Event]:
        if self._request.replace and self._is_active(self._old) and self._old != certificate:
            try:
                self._revoke_old()
            except AlpkeyError as error:
                yield Warn("not-revoked", {"title": describe.describe(error).title})
        if self._key.hidden:
            yield from self._add_public()

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
            if self._world.cancellation.requested:
                raise
        return self._sign_once()

    def _sign_once(self) -> str:
        day = timedelta(hours=self._world.site.validity_hours)
        duration, line = self._request.duration, f"{public_line(self._key.public_key)} alpkey\n"
        return self._send(
            lambda: self._service.sign(self._token, line, duration),
            day if duration == "1d" else MINUTE,
            fingerprint=self._key.fingerprint,
        )

    def _found(self, lost: Unreachable | None) -> str | None:
        """The certificate whose answer was lost, or that was not installed; None where none is.

        Attempts of which the list knows nothing spent nothing, and are closed in the journal.
        Raises ``lost`` where that is uncertain, and InvalidFile where one is there that is not
        valid yet: another one would not be either.
        """
        known, now = self._known, self._world.status.clock()
        attempts = [attempt for attempt in known.unanswered if self._is_for_key(attempt)]
        missing = {
            issued.serial: issued
            for issued in known.missing(self._old, now)
            if issued.fingerprint == self._key.fingerprint
        }
        if not attempts and not missing:
            return None
        issued = {issued.serial for issued in known.issued}
        listed = self._listed(lost)
        new = [found for found in listed if attempts and found.serial not in issued]
        if not new:
            for attempt in attempts:
                self._note(Refused(now, attempt.account, attempt.attempt, "not-issued"))
        candidates = [*new, *(found for found in listed if found.serial in missing)]
        suitable = [found for found in candidates if self._is_suitable(found)]
        if suitable:
            best = max(suitable, key=_end)
            self._attempt = (missing.get(best.serial) or attempts[-1]).attempt
            return public_line(best.blob)
        for certificate in new:
            if is_early(certificate, now):
                check_certificate(certificate, self._account, now)
        if new and lost:
            raise lost
        return None

    def _listed(self, lost: Unreachable | None) -> list[Certificate]:
        """The active certificates of this key.  Raises ``lost``, or what the service raises."""
        try:
            keys = self._service.listed(self._token)
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
        now = self._world.status.clock()
        return attempt.fingerprint == self._key.fingerprint and now < attempt.valid_before

    def _is_suitable(self, certificate: Certificate) -> bool:
        """Whether it opens doors, and for as long as is wanted: more than half its life is left."""
        now = self._world.status.clock()
        try:
            check_certificate(certificate, self._account, now)
        except InvalidFile:
            return False
        after, before = certificate.valid_after, certificate.valid_before
        if after is None or before is None:
            return True
        is_young = now < after + (before - after) / 2
        return is_young and is_brief(before - after) == (self._request.duration == "1min")

    def _keep_certificate(self, fresh: Certificate) -> Iterator[Event]:
        """Copy aside one that came from elsewhere, which only its own issuer could replace."""
        files, status = self._world.files, self._world.status
        installed = files.certificate()
        if installed is not None and not is_ours(installed, status.journal.facts(), fresh):
            yield Warn("backup-kept", {"path": str(files.keep_certificate(status.clock()))})

    def _report_where_key_is(self, certificate: Certificate) -> Iterator[Event]:
        """A key that is not in a file cannot be loaded; ssh needs what holds it."""
        if holds_already(self._world.status.agents, certificate, self._known):
            yield Step("in-agent")
        elif not self._snapshot.has_file:
            yield Warn("key-elsewhere", {"path": str(self._snapshot.key_path)})

    def _add_public(self) -> Iterator[Event]:
        """So that the passphrase need not be typed for the next certificate."""
        files = self._world.files
        try:
            files.add_public(public_line(self._key.public_key))
        except InvalidFile as error:
            yield Warn("public-half-unwritten", {"path": str(files.path), **describe.told(error)})

    def _is_active(self, certificate: Certificate | None) -> bool:
        if certificate is None or certificate.serial in self._known.revoked:
            return False
        ends = certificate.valid_before
        return ends is None or self._world.status.clock() < ends

    def _revoke_old(self) -> None:
        """Revoke the certificate that was installed until now.  Raises what the service raises."""
        if self._old is None:
            return
        self._service.revoke(self._token, self._old.serial)
        self._note(
            Revoked(
                self._world.status.clock(),
                self._account,
                self._old.serial,
                fingerprint(self._old.public_key),
            )
        )


def _end(certificate: Certificate) -> float:
    return certificate.valid_before.timestamp() if certificate.valid_before else float("inf")
