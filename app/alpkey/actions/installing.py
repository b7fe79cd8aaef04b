"""What every change of the pair on disk begins with."""

from collections.abc import Iterator

from alpkey.core.certificate import fingerprint
from alpkey.core.events import Event, Warn
from alpkey.core.journal import fold
from alpkey.core.ports import Journal, KeyFiles, Lock, StoredKey

LOCK_TIMEOUT_S = 30.0


def finish_interrupted(files: KeyFiles, lock: Lock) -> Iterator[Event]:
    """Under the lock, for the renewal that left the intent may still be running."""
    if not files.interrupted():
        return
    with lock.held(LOCK_TIMEOUT_S):
        finished = files.finish_interrupted()
    if finished:
        yield Warn("renewal-finished")


def foreign_key(files: KeyFiles, journal: Journal) -> StoredKey | None:
    """The key that is there, if Alpkey did not make it: one to keep a backup of."""
    stored = files.current()
    if stored is None or stored.public_key is None:
        return stored
    made_here = fold(journal.facts()).made_here(fingerprint(stored.public_key))
    return None if made_here else stored
