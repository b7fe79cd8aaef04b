"""Remove Alpkey's entries from the keychain, and end saved sign-ins at the provider."""

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
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Fact, KeyProtected, SessionSaved
from alpkey.core.state.ownership import kept_in_keychain

T = TypeVar("T")

KEYCHAIN = "the keychain"


class KeychainRemoval:
    """Each secret is removed before the journal says so; ``provider`` is None if there is none."""

    def __init__(self, world: SavedSecretsWorld, provider: SignIn | None, summary: Summary) -> None:
        self._world = world
        self._provider = provider
        self._summary = summary

    def empty(self, account: str | None) -> Iterator[Event]:
        """Remove all sign-ins, passwords and code generators.

        Those of ``account`` also if an interruption kept the journal from recording them, as long
        as the keychain need not be unlocked for it.
        """
        known = kept_in_keychain(self._world.journal.facts())
        for item in known:
            yield from self._remove(item)
        if account and self._opens_automatically():
            sign_in, secret = OwnedItem("session", account), OwnedItem("password", account)
            if sign_in not in known:
                yield from self._remove(sign_in)
            if all(item.what == "session" or item.name != account for item in known):
                yield from self._remove(secret)

    def end_sessions(self) -> Iterator[Event]:
        """Remove the saved sign-ins alone, of every account."""
        for item in kept_in_keychain(self._world.journal.facts()):
            if item.what == "session":
                yield from self._end_session(item)

    def forget_passphrase(self) -> Iterator[Event]:
        """Remove the key's passphrase; called once no key is left that it unlocks."""
        if fold(self._world.journal.facts()).key_protected:
            item = OwnedItem("passphrase", KEYCHAIN)
            yield from self._summary.attempt(item, "secret-forgotten", self._forget_passphrase)

    def end(self, token: Secret, account: str) -> Iterator[Event]:
        """End a sign-in at the provider; if that is unreachable the sign-in expires by itself."""
        if self._provider:
            try:
                self._provider.end(token)
            except AlpkeyError as error:
                item = OwnedItem("session-at-provider", account)
                yield from self._summary.left(item, error)

    def _remove(self, item: OwnedItem) -> Iterator[Event]:
        if item.what == "session":
            yield from self._end_session(item)
        else:
            forget = partial(self._forget_secret, item.name)
            yield from self._summary.attempt(item, "secret-forgotten", forget)

    def _end_session(self, item: OwnedItem) -> Iterator[Event]:
        """Under the lock, or a concurrent renewal would save the next one in its place."""
        entry, journal = session_name(item.name), self._world.journal
        try:
            self._asked(lambda: self._world.keychain.get(entry))  # from here on it is open
            with self._world.lock.held(LOCK_TIMEOUT_S):
                held = self._asked(lambda: self._world.keychain.get(entry))
                if session := session_from_entry(held) if held else None:
                    yield from self.end(session.refresh, item.name)
                was = self._asked(lambda: self._world.keychain.forget(entry))
                if fold(journal.facts(), item.name).session_kept:
                    now = self._world.clock()
                    journal.append([SessionSaved(now, item.name, kept=False)])
        except AlpkeyError as error:
            yield from self._summary.left(item, error)
        else:
            if was:
                yield from self._summary.gone(item, "session-ended")

    def _forget_secret(self, account: str) -> bool:
        was = self._asked(lambda: self._world.keychain.forget(entry_name(account)))
        if fold(self._world.journal.facts(), account).kept != NOTHING:
            note(self._world, account, NOTHING)
        return was

    def _forget_passphrase(self) -> bool:
        was = self._asked(lambda: self._world.keychain.forget(KEY_ENTRY))
        self._note(KeyProtected(self._world.clock(), kept=False))
        return was

    def _opens_automatically(self) -> bool:
        try:
            return self._asked(self._world.keychain.opens_unasked)
        except AlpkeyError:
            return False

    def _asked(self, call: Callable[[], T]) -> T:
        """Only the wait for the keychain can still be cancelled."""
        try:
            return patiently(call, self._world)
        except Cancelled:
            reason = "the wait for it was cancelled."
            raise KeychainTrouble("keychain-refused", name="It", reason=reason) from None

    def _note(self, fact: Fact) -> None:
        with self._world.lock.held(LOCK_TIMEOUT_S):
            self._world.journal.append([fact])
