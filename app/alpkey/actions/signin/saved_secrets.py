"""What the keychain holds of an account, as a renewal uses it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.core.background_call import BackgroundCall, RunInBackground
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput, KeychainTrouble
from alpkey.core.events import Answer, Event, Field, Step, Warn
from alpkey.core.keychain.entries import WISH, Kind, SavedSecret, entry_name, from_entry, to_entry
from alpkey.core.keychain.ports import CheckCodeSecret, Keychain, MakeCode
from alpkey.core.messages.describe import quoted
from alpkey.core.secret import Secret
from alpkey.core.signin.credentials import named
from alpkey.core.signin.key_service import Credentials
from alpkey.core.site import Site
from alpkey.core.state.facts import SecretSaved
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.ports import Journal, Lock
from alpkey.core.timestamps import Clock

T = TypeVar("T")

_LOOK_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class SavedSecretsWorld:
    """``aside`` starts a call that may be given up, as a keychain may never answer.

    ``covers``: the passphrase in the keychain, where there is one, is for the key at hand.
    """

    site: Site
    keychain: Keychain
    check_code_secret: CheckCodeSecret
    make_code: MakeCode
    run_in_background: RunInBackground
    journal: Journal
    lock: Lock
    cancellation: Cancellation
    clock: Clock
    covers: bool = True


class _Found(NamedTuple):
    """A keychain's answer: whether it can be used, and what it holds."""

    usable: bool
    kept: SavedSecret | None = None
    trouble: KeychainTrouble | None = None


class SavedSecrets:
    """The saved secret of one account in a renewal.

    The keychain is asked only where the journal knows that it holds something, because asking may
    show the user a prompt; and in the background, because it may never answer.  With ``offer`` it
    is also found out whether there is a keychain to save a password in.
    """

    def __init__(self, world: SavedSecretsWorld, account: str | None, *, offer: bool) -> None:
        self._world = world
        self._account = account
        self._offer = offer
        self._begun = False
        self._known = fold(world.journal.facts(), account) if account else Known()
        self._found = _Found(usable=False)
        self._refused = self._known.kept_refused
        self._wanted = False
        self.news: BackgroundCall[_Found] | None = None

    def begin(self) -> Iterator[Event]:
        """Ask the keychain, once."""
        if self._begun:
            return
        self._begun = True
        if self._is_known and self._refused:
            yield Warn("kept-refused")
        if self._is_known:
            self.news = self._world.run_in_background(self._look)
        elif self._offer:
            self.news = self._world.run_in_background(self._look_for_a_keychain)

    def learn(self) -> Iterator[Event]:
        """Take in what the keychain answered."""
        if self.news is None:
            return
        self._found, self.news = self.news.result(), None
        if self._found.trouble:
            yield Warn("kept-unread", quoted(self._found.trouble))
        elif self._is_known and self._found.kept is None:
            yield Warn("kept-gone")

    def fields(self, username: str | None) -> tuple[Field, ...]:
        """The fields of the question as it stands now."""
        usable = self._usable(username) if username else None
        choice = (Field(WISH, "confirm"),) if self._can_be_saved else ()
        return (
            Field("username", "text", value=username),
            Field("password", "secret", kept=usable == "password"),
            Field("otp", "otp", kept=usable == "totp"),
            *choice,
        )

    def fill_in(self, answer: Answer, username: str | None) -> dict[str, Secret]:
        """The saved secrets in place of what was not typed."""
        kept = self._found.kept
        match self._usable(named(answer, username)):
            case "password" if kept:
                return {"password": kept.secret}
            case "totp" if kept:
                return {"otp": self._world.make_code(kept.secret, self._world.clock())}
        return {}

    def must_be_typed(self, answer: Answer, username: str | None) -> bool:
        """Whether a password is saved, but was refused."""
        return self._is_known and self._refused and named(answer, username) == self._account

    def take_choice(self, answer: Answer) -> None:
        """Note whether the password is to be saved."""
        self._wanted = answer.get(WISH) is True

    def refused(self) -> None:
        """Do not send the saved password again.  Codes differ, so a code generator goes on."""
        self._refused = True

    def settle(self, credentials: Credentials) -> Iterator[Event]:
        """After a success: save a typed password where that was asked for.

        One that equals the saved one proves that one right again.
        """
        if credentials.kept:
            return
        typed = SavedSecret("password", credentials.password)
        same = self._found.kept == typed and credentials.username == self._account
        try:
            if self._wanted and self._store(credentials.username, typed):
                yield Step("kept")
            elif same and self._refused:
                note(self._world, credentials.username, typed.kind)
        except AlpkeyError as error:
            yield Warn("not-kept", quoted(error))

    def _store(self, account: str, kept: SavedSecret) -> bool:
        """Whether it was stored.  Waits for the keychain no longer than the user does."""
        entry = to_entry(kept)
        try:
            patiently(lambda: self._world.keychain.store(entry_name(account), entry), self._world)
        except Cancelled:
            return False
        note(self._world, account, kept.kind)
        return True

    @property
    def _is_known(self) -> bool:
        """Whether something is saved that this site allows to be."""
        kind = self._known.kept
        return kind == "password" or (kind == "totp" and self._world.site.keeps_totp_secret)

    @property
    def _can_be_saved(self) -> bool:
        return self._found.usable and (self._found.kept is None or self._refused)

    def _usable(self, username: str) -> Kind | None:
        kept = self._found.kept
        applies = kept is not None and username == self._account and not self._refused
        return kept.kind if kept and applies else None

    def _look(self) -> _Found:
        try:
            entry = self._world.keychain.get(entry_name(self._account or ""))
        except KeychainTrouble as error:
            return _Found(usable=False, trouble=error)
        kept = from_entry(entry) if entry else None
        return _Found(usable=True, kept=kept if kept and self._is_usable(kept) else None)

    def _is_usable(self, kept: SavedSecret) -> bool:
        """A code generator that is forbidden or damaged counts as none."""
        if kept.kind != "totp":
            return True
        try:
            self._world.check_code_secret(kept.secret)
        except InvalidInput:
            return False
        return self._world.site.keeps_totp_secret

    def _look_for_a_keychain(self) -> _Found:
        try:
            self._world.keychain.check()
        except KeychainTrouble:
            return _Found(usable=False)
        return _Found(usable=True)


def patiently(call: Callable[[], T], world: SavedSecretsWorld) -> T:
    """What a keychain answers, which may ask the user first.  Raises Cancelled.

    A call that is given up goes on in the background.
    """
    running = world.run_in_background(call)
    while not running.wait(_LOOK_AGAIN_S):
        if world.cancellation.requested:
            raise Cancelled
    return running.result()


def note(world: SavedSecretsWorld, account: str, kind: str) -> None:
    """Note what the keychain holds from now on."""
    with world.lock.held(LOCK_TIMEOUT_S):
        world.journal.append([SecretSaved(world.clock(), account, kind)])
