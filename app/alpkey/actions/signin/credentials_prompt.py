"""The question for username, password and code, asked again until they are accepted."""

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from alpkey.actions.signin.saved_secrets import SavedSecrets, SavedSecretsWorld
from alpkey.core.errors import AlpkeyError, InvalidInput, SignInRefused
from alpkey.core.events import NOT_YET, Answer, Ask, Await, Event, Field, Warn
from alpkey.core.signin.credentials import held_for, read_credentials
from alpkey.core.signin.key_service import Credentials
from alpkey.core.state.journal import SIGN_IN_REFUSALS, Known, fold

T = TypeVar("T")


class SavedPasswordRefused(InvalidInput):
    """The saved password was refused before, so it is not sent again."""

    default_code = "kept-refused"

    def __init__(self) -> None:
        super().__init__(field="password")


class CredentialsPrompt:
    """One sign-in; ``numbers`` are those of its questions.

    ``prove`` has the service show itself, before any secret is sent, while the user types.
    With ``offer`` the form can offer to save the password.
    """

    def __init__(
        self,
        world: SavedSecretsWorld,
        prove: Callable[[], Iterator[Event]],
        username: str | None,
        numbers: Iterator[int],
        *,
        offer: bool,
    ) -> None:
        self._world = world
        self._prove = prove
        self._numbers = numbers
        self._username = username
        self._kept = SavedSecrets(world, username, offer=offer)
        self._error: AlpkeyError | None = None
        self._used_otp: object = None
        self._proven = False
        self._warned: tuple[str, int] | None = None

    def accepted(
        self, use: Callable[[Credentials], Generator[Event, Answer, T]]
    ) -> Generator[Event, Answer, T]:
        """What ``use`` makes of the credentials.

        They are asked for again for as long as it raises SignInRefused or SavedPasswordRefused.
        """
        while True:
            credentials = yield from self._credentials()
            try:
                return (yield from use(credentials))
            except SignInRefused as refusal:
                self._refused(refusal, credentials)
            except SavedPasswordRefused as refusal:  # by another process, in the meantime
                self._error = refusal
                self._kept.refused()

    def about_to_send(self, credentials: Credentials) -> Iterator[Event]:
        """Check once more before they leave this computer, under the lock.

        A saved password that was refused, perhaps a moment ago, is not sent again: raises
        SavedPasswordRefused.
        """
        if credentials.kept and self._known(credentials.username).kept_refused:
            raise SavedPasswordRefused
        yield from self._warn_of_lock_out(credentials.username)

    def settle(self, credentials: Credentials) -> Iterator[Event]:
        """Once they were accepted: save the password where that was asked for."""
        yield from self._kept.settle(credentials)

    def _credentials(self) -> Generator[Event, Answer, Credentials]:
        """Ask at once, and again while what was typed cannot be sent."""
        while True:
            if self._username:
                yield from self._warn_of_lock_out(self._username)
            answer = yield from self._answer(next(self._numbers))
            self._kept.take_choice(answer)
            try:
                credentials = self._read(answer)
                self._check_otp(credentials)
            except InvalidInput as error:
                self._error = error
            else:
                return credentials

    def _refused(self, refusal: SignInRefused, credentials: Credentials) -> None:
        self._error = refusal
        self._username = credentials.username
        self._used_otp = credentials.otp
        if credentials.kept and refusal.code in SIGN_IN_REFUSALS:  # else it says nothing of it
            self._kept.refused()

    def _answer(self, number: int) -> Generator[Event, Answer, Answer]:
        """The keychain may answer before the user does; then the question comes again."""
        ask = Ask(number, self._fields(), self._error)
        yield ask
        yield from self._kept.begin()
        yield from self._prove_once()
        while (answer := (yield Await(ask, self._kept.news))) is NOT_YET:
            yield from self._kept.learn()
            if ask.fields != self._fields():
                ask = Ask(number, self._fields(), self._error)
                yield ask
        return answer

    def _prove_once(self) -> Iterator[Event]:
        if not self._proven:
            yield from self._prove()
            self._proven = True

    def _fields(self) -> tuple[Field, ...]:
        return self._kept.fields(self._username)

    def _read(self, answer: Answer) -> Credentials:
        saved = self._kept.fill_in(answer, self._username)
        try:
            return read_credentials(answer, self._username, self._world.site, saved)
        except InvalidInput as error:
            if error.code == "password-missing" and self._kept.must_be_typed(
                answer, self._username
            ):
                raise SavedPasswordRefused from None
            raise

    def _warn_of_lock_out(self, account: str) -> Iterator[Event]:
        """Once for each number of refusals, after which a centre may lock the account."""
        known, site = self._known(account), self._world.site
        times = known.refusals_in_a_row
        if known.lock_out_is_near and self._warned != (account, times):
            self._warned = (account, times)
            dashboard = site.dashboard
            yield Warn("lock-out-near", {"times": times, "site": site.name, "dashboard": dashboard})

    def _known(self, account: str) -> Known:
        return fold(self._world.journal.facts(), account)

    def _check_otp(self, credentials: Credentials) -> None:
        """A code works only once, so one that was refused just now is not sent again."""
        if credentials.otp == self._used_otp:
            raise InvalidInput("otp-used", field="otp")
        site, known = self._world.site, self._known(credentials.username)
        if seconds := held_for(known, self._world.clock(), site.code_step_s):
            times = known.refusals_in_a_row
            raise InvalidInput(
                "otp-held", field="otp", times=times, seconds=seconds, site=site.name
            )
