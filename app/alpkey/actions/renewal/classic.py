"""Renew at the classic service, which makes the key and sends it with its certificate."""

import itertools
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S, foreign_key
from alpkey.actions.keys.named_key import account_at, check_neighbours, refuse_to_replace
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.renewal.steps import Renewal, RenewalWorld
from alpkey.actions.signin.credentials_prompt import CredentialsPrompt
from alpkey.core.errors import Cancelled, NeedsBrowser, Unreachable
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate, public_line
from alpkey.core.keys.certificate_check import check_certificate
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.results.status import RenewResult
from alpkey.core.signin.key_service import Credentials, KeyService
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Retired


@dataclass(frozen=True, slots=True)
class ClassicRenewalWorld(RenewalWorld):
    """The outside world of a renewal at the classic service."""

    service: KeyService


def renew(request: RenewRequest, world: ClassicRenewalWorld) -> Action[RenewResult]:
    """Renew key and certificate; result and errors are those of ``Renewal.run``.

    Where the sign-in is refused the question is asked again, in the same action.
    """
    return _ClassicRenewal(request, world).run()


class _ClassicRenewal(Renewal[Credentials]):
    """Signing in and getting the pair are one request, sent under the lock."""

    method = SignInMethod.PASSWORD

    def __init__(self, request: RenewRequest, world: ClassicRenewalWorld) -> None:
        super().__init__(request, world, world.service.name)
        self._service = world.service

    def prepare(self) -> Generator[Event, Answer, None]:
        world, request = self.world, self.request
        self._check_named()
        self.guard_quota()
        world.files.check_writable()
        numbers = itertools.count(1)
        foreign = foreign_key(world.files, fold(self.facts))
        if foreign and not request.yes:
            yield from agree(next(numbers), "replace", str(foreign.path))
        self._makes_backup = foreign is not None
        account = request.username or account_at(self.snapshot, world.files, self.facts)
        self._prompt = CredentialsPrompt(
            world.kept, self._prove_service, account, numbers, offer=request.form
        )

    def sign_in(self) -> Action[RenewResult]:
        def use(credentials: Credentials) -> Action[RenewResult]:
            result = yield from self.renew(credentials)
            if result["renewed"]:
                yield from self._prompt.settle(credentials)
            return result

        return (yield from self._prompt.accepted(use))

    def begin(self, signed_in: Credentials) -> Generator[Event, Answer, None]:
        self._check_named()
        foreign = foreign_key(self.world.files, fold(self.facts))
        if foreign and not self._makes_backup:  # it came while the user typed
            raise Cancelled("foreign-key", path=str(foreign.path))
        self.guard_quota()
        yield from self._prompt.about_to_send(signed_in)
        self._credentials, self.account = signed_in, signed_in.username

    def issue(self) -> Iterator[Event]:
        credentials, hours = self._credentials, self.world.site.validity_hours
        self._pair: IssuedPair = self.send(
            lambda: self._service.issue(credentials), timedelta(hours=hours), kept=credentials.kept
        )
        yield Step("signed-in")

    def prove(self) -> Certificate:
        certificate = self.world.pairs.prove(self._pair)
        check_certificate(certificate, self.account, self.world.status.clock())
        return certificate

    def install(self, certificate: Certificate) -> Iterator[Event]:
        files = self.world.files
        if self._makes_backup:
            path = files.keep_backup(self.world.status.clock())
            yield Warn("backup-kept", {"path": str(path)})
        replaced = files.current()
        pair = IssuedPair(self.passphrase.over(self._pair.private), self._pair.certificate)
        files.install(pair, public_line(certificate.public_key))
        self._replaces_encrypted = replaced is not None and replaced.encrypted

    def load(self, certificate: Certificate) -> Iterator[Event]:
        if self._replaces_encrypted and not self.known.key_protected:
            yield Warn("passphrase-lost")
        protected = self.passphrase.is_known
        yield from self.load_open_key(self._pair.private, certificate, protected=protected)

    def _check_named(self) -> None:
        """Raises InvalidFile where the service's pair would replace what the user named."""
        refuse_to_replace(self.world.files, self.facts)
        check_neighbours(self.world.files, self.facts, self.world.status.clock())

    def _prove_service(self) -> Iterator[Event]:
        """Have the service show itself before any secret is sent; a retirement is remembered."""
        # ssh takes its time to say which agent it uses: ask it while the user types.
        self.world.status.agents.user_agent()
        was_retired = self.service_name in fold(self.facts).retired
        try:
            self._service.prove()
        except NeedsBrowser as error:
            if not was_retired:
                self._note_retirement(retired=True)
            yield Warn("service-retired", error.params)
            raise
        except Unreachable as error:
            if self.world.site.has_gateway:  # the other service may well answer
                error.params["instead"] = "--browser"
            raise
        if was_retired:
            self._note_retirement(retired=False)
        yield Step("service-ready")

    def _note_retirement(self, *, retired: bool) -> None:
        status = self.world.status
        with self.world.lock.held(LOCK_TIMEOUT_S):
            status.journal.append([Retired(status.clock(), self.service_name, retired)])
