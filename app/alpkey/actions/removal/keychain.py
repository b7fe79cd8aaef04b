"""The keychain emptied of what is ours, and the kept sign-ins ended where they came from."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.actions.removal.summary import Summary
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld, note, patiently
from alpkey.core.errors import AlpkeyError, Cancelled, KeychainTrouble
from alpkey.core.events import Event
from alpkey.core.keychain.entries import (
    KEY_ENTRY,
    NOTHING,
    entry_name,
    session_from_entry,
    session_name,
)
from alpkey.core.owned_item import OwnedItem
from alpkey.core.secret import Secret
from alpkey.core.signin.ports import SignIn
from alpkey.core.state.facts import Fact, KeyProtected, SessionSaved
from alpkey.core.state.journal import fold
from alpkey.core.state.ownership import kept_in_keychain

T = TypeVar("T")

KEYCHAIN = "the keychain"


class KeychainRemoval:
    """Each secret goes before the journal says so; ``provider`` is None where there is none."""

    def __init__(self, world: SavedSecretsWorld, provider: SignIn | None, summary: Summary) -> None:
        self._world = world
        self._provider = provider
        self._tally = summary

    def empty(self, account: str | None) -> Iterator[Event]:
        """All sign-ins, passwords and code generators go.

        Those of ``account`` also where a cut kept the journal from knowing of them, as long as
        nobody has to be asked for it.
        """
        known = kept_in_keychain(self._world.journal.facts())
        for one in known:
            yield from self._empty_of(one)
        if account and self._opens_unasked():
            sign_in, secret = OwnedItem("session", account), OwnedItem("password", account)
            if sign_in not in known:
                yield from self._empty_of(sign_in)
            if all(one.what == "session" or one.name != account for one in known):
                yield from self._empty_of(secret)

    def end_sessions(self) -> Iterator[Event]:
        """The kept sign-ins alone, of every account."""
        for one in kept_in_keychain(self._world.journal.facts()):
            if one.what == "session":
                yield from self._end_kept(one)

    def forget_passphrase(self) -> Iterator[Event]:
        """Of the key; called once no key is left that it opens."""
        if fold(self._world.journal.facts()).key_protected:
            one = OwnedItem("passphrase", KEYCHAIN)
            yield from self._tally.attempt(one, "secret-forgotten", self._forget_passphrase)

    def end(self, token: Secret, account: str) -> Iterator[Event]:
        """Ends a sign-in at the provider; one that cannot be reached lets it run out."""
        if self._provider:
            try:
                self._provider.end(token)
            except AlpkeyError as error:
                one = OwnedItem("session-at-provider", account)
                yield from self._tally.left(one, error)

    def _empty_of(self, one: OwnedItem) -> Iterator[Event]:
        if one.what == "session":
            yield from self._end_kept(one)
        else:
            forget = partial(self._forget_secret, one.name)
            yield from self._tally.attempt(one, "secret-forgotten", forget)

    def _end_kept(self, one: OwnedItem) -> Iterator[Event]:
        """Under the lock, or a renewal at the same time would put the next one in its place."""
        entry, journal = session_name(one.name), self._world.journal
        try:
            self._asked(lambda: self._world.keychain.get(entry))  # from here on it is open
            with self._world.lock.held(LOCK_TIMEOUT_S):
                held = self._asked(lambda: self._world.keychain.get(entry))
                if session := session_from_entry(held) if held else None:
                    yield from self.end(session.refresh, one.name)
                was = self._asked(lambda: self._world.keychain.forget(entry))
                if fold(journal.facts(), one.name).session_kept:
                    now = self._world.clock()
                    journal.append([SessionSaved(now, one.name, kept=False)])
        except AlpkeyError as error:
            yield from self._tally.left(one, error)
        else:
            if was:
                yield from self._tally.gone(one, "session-ended")

    def _forget_secret(self, account: str) -> bool:
        was = self._asked(lambda: self._world.keychain.forget(entry_name(account)))
        if fold(self._world.journal.facts(), account).kept != NOTHING:
            note(self._world, account, NOTHING)
        return was

    def _forget_passphrase(self) -> bool:
        was = self._asked(lambda: self._world.keychain.forget(KEY_ENTRY))
        self._note(KeyProtected(self._world.clock(), kept=False))
        return was

    def _opens_unasked(self) -> bool:
        try:
            return self._asked(self._world.keychain.opens_unasked)
        except AlpkeyError:
            return False

    def _asked(self, call: Callable[[], T]) -> T:
        """A wish to cancel comes too late for anything but the wait for a keychain."""
        try:
            return patiently(call, self._world)
        except Cancelled:
            gone = "nobody waited for it."
            raise KeychainTrouble("keychain-refused", name="It", reason=gone) from None

    def _note(self, fact: Fact) -> None:
        with self._world.lock.held(LOCK_TIMEOUT_S):
            self._world.journal.append([fact])
