"""The saved sign-in: a refresh token in the keychain, used once and replaced by the next one.

It stands for both factors, so it is saved only after the user agreed; it never leaves keychain and
memory.  A provider that sees one twice may end the whole sign-in, so it is read and used under the
lock: another renewal may have put the next one there.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from alpkey.actions.confirm import is_wanted
from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.actions.signin.account_check import is_another
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld, patiently
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile, KeychainTrouble, SignInRefused
from alpkey.core.events import Answer, Event, Step, Warn
from alpkey.core.keychain.entries import (
    SavedSession,
    session_from_entry,
    session_name,
    session_to_entry,
)
from alpkey.core.messages.describe_error import quoted
from alpkey.core.signin.ports import SignIn, Tokens
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import SessionSaved

QUESTION = "keep_sign_in"
QUESTION_NUMBER = 2
TOKEN_REFUSED = "token-refused"  # noqa: S105  the code of an error, no secret


@dataclass(frozen=True, slots=True)
class SessionWorld:
    """``wish`` is the setting; ``remember`` stores a yes to its question in it."""

    kept: SavedSecretsWorld
    wish: Callable[[], str]
    remember: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Who:
    """Who signs in: ``account`` where it is known.

    ``may_ask``: the user is there for the question whether to stay signed in; ``attended``: and for
    a keychain that asks to be unlocked; ``keeps``: a new sign-in may be saved; ``has_form``: a form
    is shown, which can offer to save a password; ``confirms``: where no account is known, the one
    that signs in is named and has to be agreed to.
    """

    account: str | None = None
    may_ask: bool = False
    attended: bool = True
    keeps: bool = True
    has_form: bool = False
    confirms: bool = False


class Session:
    """The saved sign-in of the user who signs in now; without a ``world`` nothing is saved."""

    def __init__(self, world: SessionWorld | None, provider: SignIn, who: Who) -> None:
        self._world = world
        self._provider = provider
        self._who = who
        self._is_wanted = self._was_asked = False

    def again(self) -> Generator[Event, Answer, Tokens | None]:
        """Tokens of the saved sign-in; None where there is none, or it is refused and removed.

        Raises Unreachable (the provider, or the lock), Cancelled, and, where the user is not there
        to sign in instead, KeychainTrouble, SignInRefused and InvalidFile.
        """
        account, world = self._who.account, self._world
        if not world or not account or not self._is_known(account, world):
            return None
        try:
            if world.wish() == "no":
                self._drop(account, world)
                return None
            if not self._who.attended and not world.kept.keychain.opens_unasked():
                return None
            patiently(lambda: world.kept.keychain.get(session_name(account)), world.kept)
            with world.kept.lock.held(LOCK_TIMEOUT_S), world.kept.cancellation.briefly():
                tokens, trouble = self._renewed(account, world)
        except (SignInRefused, InvalidFile) as error:  # neither is about the token
            if not self._who.attended:
                raise
            yield Warn("session-unused", quoted(error))
            return None
        except KeychainTrouble as error:
            if not self._who.attended:
                raise
            yield Warn("session-unread", quoted(error))
            return None
        if trouble:
            yield Warn("session-not-kept", quoted(trouble))
        if tokens:
            yield Step("signed-in")
        return tokens

    def ask(self) -> Generator[Event, Answer, None]:
        """After a new sign-in: whether to save it.  Raises Cancelled.

        A no is for this sign-in alone: only the setting says no for good.
        """
        world, who = self._world, self._who
        wish = world.wish() if world and who.keeps else "no"
        self._is_wanted = wish == "yes"
        if world and wish == "ask" and who.may_ask and _has_keychain(world):
            self._was_asked = True
            self._is_wanted = yield from is_wanted(QUESTION_NUMBER, QUESTION, world.kept.site.name)

    def settle(self, tokens: Tokens, account: str | None) -> Iterator[Event]:
        """After that: save it for ``account`` where that is wanted; a failure is only a warning.

        Before the first certificate the account may be known by a name of another institution
        alone: then the next sign-in is the one that is saved.
        """
        world = self._world
        if not (self._is_wanted and world):
            return
        if not account or not world.kept.site.names_a_user(account):
            if self._was_asked:
                world.remember()
            return
        if tokens.refresh is None:
            yield Warn("session-none", {"site": world.kept.site.name})
            return
        entry = session_to_entry(
            SavedSession(tokens.refresh, tokens.username, self._provider.knowledge())
        )
        try:
            patiently(lambda: world.kept.keychain.store(session_name(account), entry), world.kept)
            _note(account, world)
            if self._was_asked:
                world.remember()
        except Cancelled:
            raise
        except AlpkeyError as error:
            yield Warn("session-not-kept", quoted(error))
        else:
            yield Step("session-kept")

    def _is_known(self, account: str, world: SessionWorld) -> bool:
        return fold(world.kept.journal.facts(), account).session_kept

    def _renewed(
        self, account: str, world: SessionWorld
    ) -> tuple[Tokens | None, KeychainTrouble | None]:
        """Under the lock, and not to be cancelled: the token is spent once it is sent.

        The tokens, and why the next one could not be saved.
        """
        entry = world.kept.keychain.get(session_name(account))
        session = session_from_entry(entry) if entry else None
        tokens = self._redeemed(session, account) if session else None
        if session is None or tokens is None:
            self._forget(account, world)
            return None, None
        if tokens.refresh and tokens.refresh != session.refresh:
            kept = SavedSession(tokens.refresh, session.username, self._provider.knowledge())
            try:
                world.kept.keychain.store(session_name(account), session_to_entry(kept))
            except KeychainTrouble as error:
                return tokens, error
        return tokens, None

    def _redeemed(self, session: SavedSession, account: str) -> Tokens | None:
        """None where the provider refuses the token, or it is for another user.

        Only that speaks of what is saved.  Raises all else: nothing saved is touched then.
        """
        self._provider.recall(session.provider)
        try:
            tokens = self._provider.again(session.refresh)
        except SignInRefused as error:
            if error.code != TOKEN_REFUSED:
                raise
            return None
        name = tokens.username or session.username
        site = self._world.kept.site if self._world else None
        if session.username not in (None, name) or (site and is_another(name, account, site)):
            return None
        return replace(tokens, username=name)

    def _forget(self, account: str, world: SessionWorld) -> None:
        """Under the lock."""
        world.kept.keychain.forget(session_name(account))
        world.kept.journal.append([SessionSaved(world.kept.clock(), account, kept=False)])

    def _drop(self, account: str, world: SessionWorld) -> None:
        """The user, or the organisation, no longer wants it."""
        if not self._who.attended and not world.kept.keychain.opens_unasked():
            return
        entry = patiently(lambda: world.kept.keychain.get(session_name(account)), world.kept)
        session = session_from_entry(entry) if entry else None
        with world.kept.lock.held(LOCK_TIMEOUT_S):
            self._forget(account, world)
        if session:
            with suppress(AlpkeyError):  # at a provider that cannot be reached it expires
                self._provider.end(session.refresh)


def _has_keychain(world: SessionWorld) -> bool:
    try:
        world.kept.keychain.check()
    except KeychainTrouble:
        return False
    return True


def _note(account: str, world: SessionWorld) -> None:
    with world.kept.lock.held(LOCK_TIMEOUT_S):
        world.kept.journal.append([SessionSaved(world.kept.clock(), account, kept=True)])
