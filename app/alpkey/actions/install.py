"""What all changes of the pair on disk share: how they begin and wait for the lock."""

from collections.abc import Iterator

from alpkey.core.errors import AlpkeyError, InvalidFile
from alpkey.core.events import Event, Warn
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.ports import KeyFiles, StoredKey
from alpkey.core.messages.describe_error import quoted
from alpkey.core.state.journal import Known
from alpkey.core.state.ports import Lock

LOCK_TIMEOUT_S = 30.0

# What only looks is not held up for longer by a renewal that may be running.
RECOVERY_TIMEOUT_S = 3.0


def finish_interrupted(files: KeyFiles, lock: Lock) -> Iterator[Event]:
    """Under the lock, because the renewal that left the intent may still be running."""
    if not files.interrupted():
        return
    with lock.held(LOCK_TIMEOUT_S):
        finished = files.finish_interrupted()
    if finished:
        yield Warn("renewal-finished")


def recover(files: KeyFiles, lock: Lock) -> Iterator[Event]:
    """Finish an installation that was cut off, and sweep what it left, before a command looks.

    Raises nothing: a command that needs the pair whole finishes it by ``finish_interrupted``.
    """
    try:
        interrupted = files.interrupted()
        if not interrupted and not files.leftovers():
            return
        with lock.held(RECOVERY_TIMEOUT_S if interrupted else 0.0):
            finished = files.finish_interrupted()
        if finished:
            yield Warn("renewal-finished")
    except InvalidFile as error:
        yield Warn("renewal-unfinished", quoted(error))
    except AlpkeyError:  # another Alpkey holds the lock, and finishes its own
        return


def foreign_key(files: KeyFiles, known: Known) -> StoredKey | None:
    """The key that is there, if Alpkey did not make it: one to keep a backup of."""
    stored = files.current()
    if stored is None or stored.public_key is None:
        return stored
    return None if known.made_here(fingerprint(stored.public_key)) else stored


def report_wait(lock: Lock) -> Iterator[Event]:
    """Before the lock is taken: report the process that holds it, if there is one."""
    if holder := lock.holder():
        yield Warn("lock-wait", {"process": holder.process, "since": holder.since})
