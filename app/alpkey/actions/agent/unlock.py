"""Unlock a private key with the passphrase from the keychain or from the user."""

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from alpkey.core.background_call import BackgroundCall
from alpkey.core.errors import AlpkeyError, InvalidInput, KeychainTrouble, SignInRefused
from alpkey.core.events import Answer, Ask, Await, Event, Field, Warn
from alpkey.core.keychain.entries import KEY_ENTRY
from alpkey.core.keychain.ports import Keychain
from alpkey.core.keys.ports import ChangePassphrase
from alpkey.core.messages.describe_error import quoted
from alpkey.core.secret import Secret
from alpkey.core.state.journal import fold

if TYPE_CHECKING:
    from alpkey.actions.signin.saved_secrets import SavedSecretsWorld

_LOOK_AGAIN_S = 1.0


class Opened(NamedTuple):
    """The key without its passphrase, and the whole answer that unlocked it."""

    private: Secret
    answer: Answer


def open_key(
    private: Secret,
    change_passphrase: ChangePassphrase,
    keychain: Keychain | None,
    numbers: Iterator[int],
    field: str = "passphrase",
) -> Generator[Event, Answer, Opened]:
    """Ask for the passphrase until it is right.  Raises InvalidFile for a key that none unlocks.

    The user is asked only if ``keychain`` is None or does not hold the right one.
    """
    if keychain and (opened := (yield from open_unasked(private, change_passphrase, keychain))):
        return Opened(opened, {})
    error: AlpkeyError | None = None
    while True:
        ask = Ask(next(numbers), (Field(field, "secret"),), error)
        yield ask
        answer = yield Await(ask)
        try:
            return Opened(change_passphrase(private, typed(answer, field), None), answer)
        except (SignInRefused, InvalidInput) as refused:
            error = type(refused)(refused.code, retryable=refused.retryable, field=field)


def open_unasked(
    private: Secret, change_passphrase: ChangePassphrase, keychain: Keychain
) -> Generator[Event, Answer, Secret | None]:
    """The key, unlocked with the passphrase in the keychain; None if that does not unlock it."""
    if saved := (yield from _saved(keychain)):
        with suppress(SignInRefused):
            return change_passphrase(private, saved, None)
    return None


def _saved(keychain: Keychain) -> Generator[Event, Answer, Secret | None]:
    try:
        return keychain.get(KEY_ENTRY)
    except KeychainTrouble as error:
        yield Warn("passphrase-unread", quoted(error))
    return None


class KeyPassphrase:
    """The passphrase in the keychain, for a key that is about to be installed.

    The keychain may have to be unlocked, so it is asked in the background before a certificate is
    requested; and only if the journal says that it holds the passphrase.
    """

    def __init__(self, world: "SavedSecretsWorld", change_passphrase: ChangePassphrase) -> None:
        self._world = world
        self._change_passphrase = change_passphrase
        self._coming: BackgroundCall[Secret | None] | None = None
        self._passphrase: Secret | None = None

    def begin(self) -> None:
        """Start asking the keychain, if it holds the passphrase."""
        if self._world.covers and fold(self._world.journal.facts()).key_protected:
            self._coming = self._world.run_in_background(
                lambda: self._world.keychain.get(KEY_ENTRY)
            )

    def wait(self) -> Iterator[Event]:
        """Return once the passphrase is known; the keychain has a timeout of its own."""
        if self._coming is None:
            return
        coming, self._coming = self._coming, None
        while not coming.wait(_LOOK_AGAIN_S):
            pass
        try:
            self._passphrase = coming.result()
        except KeychainTrouble as error:
            yield Warn("cover-unread", quoted(error))
        else:
            if self._passphrase is None:
                yield Warn("cover-gone")

    @property
    def is_known(self) -> bool:
        """Whether the keychain gave one, so that a new key lies on disk under it."""
        return self._passphrase is not None

    def over(self, private: Secret) -> Secret:
        """The key as it is stored on disk."""
        if self._passphrase is None:
            return private
        return self._change_passphrase(private, None, self._passphrase)

    def opened(self, private: Secret) -> Secret | None:
        """A stored key without its passphrase; None if another passphrase protects it."""
        with suppress(SignInRefused):
            if self._passphrase is not None:
                return self._change_passphrase(private, self._passphrase, None)
        return None


def typed(answer: Answer, field: str) -> Secret:
    """The typed secret.  Raises InvalidInput if nothing was typed."""
    secret = answer.get(field)
    if not isinstance(secret, Secret) or not secret:
        raise InvalidInput("passphrase-missing", field=field)
    return secret
