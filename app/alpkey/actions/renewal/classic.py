"""Renew at the classic service, which makes the key and sends it with its certificate."""

import itertools
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta

from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S, foreign_key
from alpkey.actions.keys.named_key import account_at, check_neighbours, refuse_to_replace
from alpkey.actions.renewal.issuance import Issuance
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.renewal.steps import guard_quota, renew_from
from alpkey.actions.renewal.world import ClassicRenewalWorld, Reading
from alpkey.actions.signin.credentials_prompt import CredentialsPrompt
from alpkey.core.errors import Cancelled, NeedsBrowser
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.certificate import Certificate, public_line
from alpkey.core.keys.certificate_check import check_certificate
from alpkey.core.ports import Credentials, IssuedPair
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import Retired, fold


def renew(request: RenewRequest, world: ClassicRenewalWorld) -> Action:
    """Renew key and certificate; result and errors are those of ``renew_from``.

    Where the sign-in is refused the question is asked again, in the same action.
    """
    return renew_from(_ClassicService(request, world), request, world)


class _ClassicService:
    """Signing in and getting the pair are one request there, made under the lock."""

    def __init__(self, request: RenewRequest, world: ClassicRenewalWorld) -> None:
        self._request = request
        self._world = world
        self._makes_backup = False

    @property
    def name(self) -> str:
        return self._world.service.name

    def prepare(self, before: Reading) -> Generator[Event, Answer, None]:
        self._check_named(before)
        guard_quota(before.snapshot, self._request, self._world.status)
        self._world.files.check_writable()
        numbers = itertools.count(1)
        foreign = foreign_key(self._world.files, before.known())
        if foreign and not self._request.yes:
            yield from agree(next(numbers), "replace", str(foreign.path))
        self._makes_backup = foreign is not None
        self._prompt = CredentialsPrompt(
            self._world.kept,
            self._prove_service,
            self._request.username or account_at(before.snapshot, self._world.files, before.facts),
            numbers,
            offer=self._request.form,
        )

    def sign_in(self, renew: Callable[[Credentials], Action]) -> Action:
        def renew_and_settle(credentials: Credentials) -> Action:
            result = yield from renew(credentials)
            if result["renewed"]:
                yield from self._prompt.settle(credentials)
            return result

        return (yield from self._prompt.accepted(renew_and_settle))

    def begin(
        self, now: Reading, signed_in: Credentials, passphrase: KeyPassphrase
    ) -> Generator[Event, Answer, Issuance]:
        self._check_named(now)
        foreign = foreign_key(self._world.files, now.known())
        if foreign and not self._makes_backup:  # it came while the user typed
            raise Cancelled("foreign-key", path=str(foreign.path))
        guard_quota(now.snapshot, self._request, self._world.status)
        yield from self._prompt.about_to_send(signed_in)
        return _ClassicIssuance(
            self._world, signed_in, passphrase, now, makes_backup=self._makes_backup
        )

    def _check_named(self, reading: Reading) -> None:
        """Raises InvalidFile where the service's pair would replace what the user named."""
        refuse_to_replace(self._world.files, reading.facts)
        check_neighbours(self._world.files, reading.facts, self._world.status.clock())

    def _prove_service(self) -> Iterator[Event]:
        """Have the service show itself before any secret is sent; a retirement is remembered."""
        # ssh takes its time to say which agent it uses: ask it while the user types.
        self._world.status.agents.theirs()
        was_retired = self.name in fold(self._world.status.journal.facts()).retired
        try:
            self._world.service.prove()
        except NeedsBrowser as error:
            if not was_retired:
                self._note_retirement(retired=True)
            yield Warn("service-retired", error.params)
            raise
        if was_retired:
            self._note_retirement(retired=False)
        yield Step("service-ready")

    def _note_retirement(self, *, retired: bool) -> None:
        status = self._world.status
        with self._world.lock.held(LOCK_TIMEOUT_S):
            status.journal.append([Retired(status.clock(), self.name, retired)])


class _ClassicIssuance(Issuance):
    """With ``makes_backup`` the pair that is in place is copied aside first."""

    _pair: IssuedPair

    def __init__(
        self,
        world: ClassicRenewalWorld,
        credentials: Credentials,
        passphrase: KeyPassphrase,
        reading: Reading,
        *,
        makes_backup: bool,
    ) -> None:
        super().__init__(world, credentials.username, SignInMethod.PASSWORD, passphrase, reading)
        self._service = world.service
        self._credentials = credentials
        self._makes_backup = makes_backup

    def _issue(self) -> Generator[Event, Answer, None]:
        self._pair = self._send(
            lambda: self._service.issue(self._credentials),
            timedelta(hours=self._world.site.validity_hours),
            kept=self._credentials.kept,
        )
        yield Step("signed-in")

    def _prove(self) -> Certificate:
        certificate = self._world.pairs.prove(self._pair)
        check_certificate(certificate, self._account, self._world.status.clock())
        return certificate

    def _note_issued(self, certificate: Certificate) -> None:
        self._note(self._issued(certificate))

    def _install(self, certificate: Certificate) -> Iterator[Event]:
        files = self._world.files
        if self._makes_backup:
            path = files.keep_backup(self._world.status.clock())
            yield Warn("backup-kept", {"path": str(path)})
        replaced = files.current()
        protected = IssuedPair(self._passphrase.over(self._pair.private), self._pair.certificate)
        files.install(protected, public_line(certificate.public_key))
        self._loses_passphrase = replaced is not None and replaced.encrypted

    def _load(self, certificate: Certificate) -> Iterator[Event]:
        if self._loses_passphrase and not self._known.key_protected:
            yield Warn("passphrase-lost")
        protected = self._passphrase.is_known
        yield from self._load_open_key(self._pair.private, certificate, protected=protected)
