"""What changes of the pair on disk share: how they begin, wait for the lock, and are noted."""

from collections.abc import Iterator
from contextlib import suppress

from alpkey.core.errors import InvalidFile
from alpkey.core.events import Event, Warn
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.ports import Journal, KeyFiles, Lock, StoredKey
from alpkey.core.state.journal import Fact, Known

LOCK_TIMEOUT_S = 30.0


def finish_interrupted(files: KeyFiles, lock: Lock) -> Iterator[Event]:
    """Under the lock, for the renewal that left the intent may still be running."""
    if not files.interrupted():
        return
    with lock.held(LOCK_TIMEOUT_S):
        finished = files.finish_interrupted()
    if finished:
        yield Warn("renewal-finished")


def foreign_key(files: KeyFiles, known: Known) -> StoredKey | None:
    """The key that is there, if Alpkey did not make it: one to keep a backup of."""
    stored = files.current()
    if stored is None or stored.public_key is None:
        return stored
    return None if known.made_here(fingerprint(stored.public_key)) else stored


def report_wait(lock: Lock) -> Iterator[Event]:
    """Before the lock is taken: who holds it, if somebody does."""
    if holder := lock.holder():
        yield Warn("lock-wait", {"process": holder.process, "since": holder.since})


def note(journal: Journal, fact: Fact) -> None:
    """A journal that cannot be written must not cost the key that was just issued."""
    with suppress(InvalidFile):
        journal.append([fact])
