"""Renew at a gateway: a key that was made here once, and a fresh certificate for it each time.

The private key never leaves this computer.
"""

from collections.abc import Callable, Generator

from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.install import note
from alpkey.actions.keys.key_to_certify import agree_to_replace, key_to_certify, named_to_certify
from alpkey.actions.keys.named_key import (
    NamedKey,
    account_at,
    check_neighbours,
    check_unchanged,
    check_waiting,
    named_key,
)
from alpkey.actions.renewal.gateway_issuance import (
    UNKNOWN_ACCOUNT,
    Certification,
    GatewayIssuance,
)
from alpkey.actions.renewal.issuance import Issuance
from alpkey.actions.renewal.request import GatewayRequest
from alpkey.actions.renewal.steps import guard_quota, renew_from
from alpkey.actions.renewal.world import GatewayRenewalWorld, Reading
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import SignedIn, sign_in, sign_in_again
from alpkey.core.errors import NeedsBrowser, QuotaUsedUp
from alpkey.core.events import Action, Answer, Event
from alpkey.core.signin.ports import Tokens
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import Listed
from alpkey.core.state.quota import from_list, slots_in


def renew_at_gateway(
    method: SignInMethod, request: GatewayRequest, world: GatewayRenewalWorld
) -> Action:
    """Renew the certificate; result and errors are those of ``renew_from``."""
    return renew_from(_Gateway(method, request, world), request, world)


class _Gateway:
    """The sign-in comes before the lock; under it our key is signed with the tokens."""

    _who: Who
    _named: NamedKey | None
    _agreed: bool

    def __init__(
        self, method: SignInMethod, request: GatewayRequest, world: GatewayRenewalWorld
    ) -> None:
        self._method = method
        self._request = request
        self._world = world
        # A form takes an answer that is there already; elsewhere the user has to be there.
        self._can_sign_in_anew = request.attended or method is SignInMethod.PASSWORD

    @property
    def name(self) -> str:
        return self._world.service.name

    def prepare(self, before: Reading) -> Generator[Event, Answer, None]:
        world, request = self._world, self._request
        self._guard_quota(before)
        self._who = Who(
            request.username or account_at(before.snapshot, world.files, before.facts),
            may_ask=request.may_ask
            and not request.yes
            and self._method is not SignInMethod.PASSWORD,
            attended=request.attended,
            has_form=request.form,
        )
        known = before.known(self._who.account)
        if not (self._can_sign_in_anew or known.session_kept):
            raise self._needs_user()
        self._named = yield from named_key(world.files, world.pairs, world.protection)
        self._check_named(before)
        world.files.check_writable()
        self._agreed = yield from agree_to_replace(world.files, known, yes=request.yes)

    def sign_in(self, renew: Callable[[SignedIn], Action]) -> Action:
        return (yield from renew((yield from self._signed_in())))

    def begin(
        self, now: Reading, signed_in: SignedIn, passphrase: KeyPassphrase
    ) -> Generator[Event, Answer, Issuance]:
        yield from ()
        world, account = self._world, self._account(signed_in)
        self._guard_quota(now)
        self._guard_spares(signed_in.tokens, now)
        self._check_named(now)
        known = now.known(account)
        if world.files.named:
            key = named_to_certify(self._named, world.files, world.pairs, known)
        else:
            key = key_to_certify(world.files, world.pairs, known, agreed=self._agreed)
        certification = Certification(key, self._request, signed_in, account)
        return GatewayIssuance(world, certification, passphrase, now)

    def _signed_in(self) -> Generator[Event, Answer, SignedIn]:
        world = self._world.sign_in
        if self._can_sign_in_anew:
            return (yield from sign_in(self._method, world, self._who))
        if tokens := (yield from sign_in_again(world, self._who)):
            return SignedIn(tokens, None)
        raise self._needs_user()

    def _account(self, signed_in: SignedIn) -> str:
        """The account; a form may have been filled in for another one than the one known here.

        A provider may know the user by a name of their home institution, which is none here.
        """
        name = signed_in.tokens.username
        named = name if name and self._world.site.names_a_user(name) else None
        known = None if signed_in.method is SignInMethod.PASSWORD else self._who.account
        return known or named or UNKNOWN_ACCOUNT

    def _needs_user(self) -> NeedsBrowser:
        return NeedsBrowser("password-not-allowed", site=self._world.site.name, host=self.name)

    def _check_named(self, reading: Reading) -> None:
        """Raises InvalidFile where the key that the user named, or what lies beside it, changed."""
        files = self._world.files
        if not files.named:
            return
        check_unchanged(self._named, files)
        check_neighbours(files, reading.facts, self._world.status.clock())
        if files.private() is None:
            check_waiting(files, self._world.pairs, reading.facts)

    def _guard_quota(self, reading: Reading) -> None:
        """Raises QuotaUsedUp where no slot is left for what takes one.

        One that is valid for a minute takes none, nor one that is issued already and only has to be
        installed; one that replaces another frees its slot first where it must.
        """
        snapshot, status = reading.snapshot, self._world.status
        known = reading.known(snapshot.account)
        is_issued = known.unanswered or known.missing(snapshot.certificate, status.clock())
        if self._request.duration == "1d" and not self._request.replace and not is_issued:
            guard_quota(snapshot, self._request, status)

    def _guard_spares(self, tokens: Tokens, now: Reading) -> None:
        """Raises QuotaUsedUp where the service's list leaves too few slots for the user."""
        if not self._request.spares:
            return
        status, snapshot = self._world.status, now.snapshot
        asked_at = status.clock()
        keys = self._world.service.listed(tokens.access)
        if account := snapshot.account or tokens.username:
            note(status.journal, Listed(asked_at, account, slots_in(keys, asked_at)))
        quota = from_list(keys, snapshot.quota.limit, asked_at)
        if quota.remaining is None or quota.remaining <= self._request.spares:
            raise QuotaUsedUp("quota-spared", site=self._world.site.name)
