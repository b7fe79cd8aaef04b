"""The passphrase of the private key: set, changed, removed, saved in the keychain.

It goes from the answer to the key and nowhere else.  The key is written anew and proven before the
old file is replaced, in one step.
"""

import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass

from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.unlock import Opened, open_key, typed
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import (
    AgentTrouble,
    AlpkeyError,
    InvalidFile,
    InvalidInput,
    KeychainTrouble,
    NoKey,
    SignInRefused,
)
from alpkey.core.events import Action, Answer, Ask, Await, Event, Field, Step, Warn
from alpkey.core.keychain.entries import KEY_ENTRY
from alpkey.core.keys.ports import ChangePassphrase, KeyFiles
from alpkey.core.messages import setup as setup_messages
from alpkey.core.messages.describe import describe, quoted
from alpkey.core.results.status import KeychainCheckResult, PassphraseResult
from alpkey.core.secret import Secret
from alpkey.core.state.facts import KeyProtected
from alpkey.core.state.journal import fold
from alpkey.core.state.ports import Lock
from alpkey.core.state.status import status_object

# ssh-keygen(1) takes no shorter one.
SHORTEST = 5

NEW, AGAIN, OLD = "passphrase", "passphrase_again", "old_passphrase"


@dataclass(frozen=True, slots=True)
class PassphraseWorld:
    """``make`` makes a random passphrase."""

    files: KeyFiles
    change_passphrase: ChangePassphrase
    kept: SavedSecretsWorld
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld
    make: Callable[[], Secret]


def set_passphrase(world: PassphraseWorld) -> Action[PassphraseResult]:
    """Protect the key, or change its passphrase; the agent gets the key, so ssh need not ask.

    The result is the status and ``changed``.  Raises SignInRefused, NoKey, InvalidFile,
    InvalidInput, Unreachable (lock) or Cancelled.
    """
    yield from finish_interrupted(world.files, world.lock)
    private, encrypted = _private(world)
    numbers = itertools.count(1)
    opened = yield from _open(private, encrypted, world, numbers, OLD)
    protected = yield from _protect(opened.private, opened.answer, world, numbers)
    _replace(private, protected, world)
    yield Step("protected")
    yield from _forget(world)
    yield from _load_agent(opened.private, world)
    return _result(world, changed=True)


def remove_passphrase(world: PassphraseWorld) -> Action[PassphraseResult]:
    """Remove the passphrase.  Result and errors are those of :func:`set_passphrase`."""
    yield from finish_interrupted(world.files, world.lock)
    private, encrypted = _private(world)
    if not encrypted:
        return _result(world, changed=False)
    opened = yield from _open(private, encrypted, world, itertools.count(1), NEW)
    _replace(private, opened.private, world)
    yield Step("unprotected")
    yield from _forget(world)
    with suppress(AgentTrouble):  # from now on no login needs it
        world.status.agents.end_own()
    return _result(world, changed=True)


def keep_passphrase(world: PassphraseWorld) -> Action[PassphraseResult]:
    """Protect the key with a passphrase that only the keychain knows.

    It is stored before the key is replaced, so a cut in between leaves a key that opens as before.
    A renewal protects a new key with the same one.  Result and errors are those of
    :func:`set_passphrase`, and KeychainTrouble.
    """
    yield from finish_interrupted(world.files, world.lock)
    private, encrypted = _private(world)
    keychain = world.kept.keychain
    keychain.check()
    found = keychain.get(KEY_ENTRY)
    if encrypted and found and _opens(private, found, world):
        _note(world, kept=True)
        return _result(world, changed=False)
    opened = yield from _open(private, encrypted, world, itertools.count(1), OLD)
    passphrase = found or world.make()
    keychain.store(KEY_ENTRY, passphrase)
    _replace(private, world.change_passphrase(opened.private, None, passphrase), world)
    _note(world, kept=True)
    yield Step("protected")
    yield from _load_agent(opened.private, world)
    return _result(world, changed=True)


def look_at_keychain(world: PassphraseWorld) -> Action[KeychainCheckResult]:
    """Whether the keychain can be used now; asks nothing and changes nothing.

    The result is the status and ``keychain`` with ``usable`` and, as a sentence, ``trouble``.
    """
    yield from ()
    trouble = None
    try:
        world.kept.keychain.check()
        if world.kept.keychain.is_locked():
            trouble = setup_messages.KEYCHAIN_LOCKED
    except KeychainTrouble as error:
        message = describe(error)
        trouble = f"{message.title}. {message.detail}"
    return {
        **_result(world, changed=False),
        "keychain": {"usable": trouble is None, "trouble": trouble},
    }


def _opens(private: Secret, passphrase: Secret, world: PassphraseWorld) -> bool:
    try:
        world.change_passphrase(private, passphrase, None)
    except SignInRefused:
        return False
    return True


def _open(
    private: Secret,
    encrypted: bool,
    world: PassphraseWorld,
    numbers: Iterator[int],
    field: str,
) -> Generator[Event, Answer, Opened]:
    if not encrypted:
        return Opened(world.change_passphrase(private, None, None), {})
    keychain = world.kept.keychain if _is_saved(world) else None
    return (yield from open_key(private, world.change_passphrase, keychain, numbers, field))


def _is_saved(world: PassphraseWorld) -> bool:
    return fold(world.status.journal.facts()).key_protected


def _note(world: PassphraseWorld, *, kept: bool) -> None:
    if _is_saved(world) is not kept:
        with world.lock.held(LOCK_TIMEOUT_S):
            world.status.journal.append([KeyProtected(world.status.clock(), kept)])


def _forget(world: PassphraseWorld) -> Iterator[Event]:
    """Remove the passphrase from the keychain; one that stays there opens nothing."""
    if not _is_saved(world):
        return
    _note(world, kept=False)
    try:
        world.kept.keychain.forget(KEY_ENTRY)
    except KeychainTrouble as error:
        yield Warn("passphrase-unforgotten", quoted(error))


def _private(world: PassphraseWorld) -> tuple[Secret, bool]:
    """The key file and whether it is encrypted."""
    private, stored, snapshot = (
        world.files.private(),
        world.files.current(),
        world.status.snapshot(),
    )
    if snapshot.elsewhere:
        raise InvalidFile("key-elsewhere", path=str(snapshot.key_path))
    if private is None or stored is None:
        raise NoKey(key_path=str(snapshot.key_path))
    return private, stored.encrypted


def _protect(
    plain: Secret, given: Answer, world: PassphraseWorld, numbers: Iterator[int]
) -> Generator[Event, Answer, Secret]:
    """The key under the new passphrase, which is asked for until it is acceptable.

    ``given`` is an earlier answer that may hold it already.
    """
    error: AlpkeyError | None = None
    while True:
        if NEW in given and error is None:
            answer = given
        else:
            ask = Ask(next(numbers), (Field(NEW, "secret"), Field(AGAIN, "secret")), error)
            yield ask
            answer = yield Await(ask)
        try:
            return world.change_passphrase(plain, None, _new(answer))
        except InvalidInput as refusal:
            error = InvalidInput(refusal.code, field=NEW)


def _new(answer: Answer) -> Secret:
    """Raises InvalidInput."""
    new = typed(answer, NEW)
    if len(new.reveal()) < SHORTEST:
        raise InvalidInput("passphrase-short")
    if answer.get(AGAIN, new) != new:
        raise InvalidInput("passphrase-differs")
    return new


def _replace(old: Secret, new: Secret, world: PassphraseWorld) -> None:
    """Only the key that was asked about: a renewal may have brought another one meanwhile."""
    with world.lock.held(LOCK_TIMEOUT_S), world.cancellation.deferred():
        if world.files.private() != old:
            raise InvalidFile("key-changed")
        world.files.install_private(new)


def _load_agent(plain: Secret, world: PassphraseWorld) -> Iterator[Event]:
    """Without an agent ssh itself asks at every login, and at each host on the way."""
    snapshot, clock = world.status.snapshot(), world.status.clock
    known = fold(world.status.journal.facts(), snapshot.account)
    if snapshot.certificate and snapshot.state(clock()).opens_doors:
        key = agent_actions.LoadableKey.of(plain, snapshot.certificate, snapshot)
        yield from agent_actions.load_after_renewal(world.status.agents, key, known, clock)


def _result(world: PassphraseWorld, *, changed: bool) -> PassphraseResult:
    status = status_object(take_status(world.status), world.status.clock())
    return {**status, "changed": changed}
