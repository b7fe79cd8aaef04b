"""The key to have certified: the one that is there, or one made here that waits for its place."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass

from alpkey.actions.confirm import agree
from alpkey.actions.keys.named_key import NamedKey
from alpkey.core.errors import Cancelled, InvalidFile
from alpkey.core.events import Answer, Event
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.ports import KeyFiles, Pairs
from alpkey.core.secret import Secret
from alpkey.core.state.journal import Known
from alpkey.core.state.key_origin import Origin, origin


def agree_to_replace(files: KeyFiles, known: Known, *, yes: bool) -> Generator[Event, Answer, bool]:
    """Whether a key of unknown origin may be moved aside.  Raises Cancelled."""
    if files.named:  # what is there stays, whatever was agreed to
        return False
    stored = files.current()
    if yes or stored is None or origin(stored, known) is not Origin.UNKNOWN:
        return yes
    yield from agree(1, "replace", str(stored.path))
    return True


@dataclass(frozen=True, slots=True)
class KeyToCertify:
    """The key to certify; where its origin is not one to be used as it is, it waits for its place.

    ``origin`` is that of the key that is in place now; ``private`` is None where what signs is
    elsewhere.  ``hidden``: its public half cannot be read from disk without the passphrase.
    """

    private: Secret | None
    public_key: bytes
    encrypted: bool
    origin: Origin
    hidden: bool = False

    @property
    def waits(self) -> bool:
        return not self.origin.is_used

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public_key)


def named_to_certify(
    named: NamedKey | None, files: KeyFiles, pairs: Pairs, known: Known
) -> KeyToCertify:
    """The key that the user named; where there is none, one that waits for its place."""
    stored = files.current()
    where = origin(stored, known, named=True)
    if named is None or not where.is_used:
        private, public_key = _waiting(files, pairs)
        return KeyToCertify(private, public_key, encrypted=False, origin=Origin.NOWHERE)
    here = None if named.elsewhere else named.private
    return KeyToCertify(here, named.public_key, named.encrypted, where, named.hidden)


def key_to_certify(files: KeyFiles, pairs: Pairs, known: Known, *, agreed: bool) -> KeyToCertify:
    """The key to certify now.

    Raises InvalidFile, or Cancelled where one came that the user has not agreed to replace.
    """
    stored, private = files.current(), files.private()
    where = origin(stored, known)
    if where is Origin.UNKNOWN and not agreed and stored:  # it came while the user signed in
        raise Cancelled("foreign-key", path=str(stored.path))
    if where.is_used and stored and stored.elsewhere and stored.public_key:
        return KeyToCertify(None, stored.public_key, encrypted=False, origin=where)
    if where.is_used and stored and private:
        return KeyToCertify(private, pairs.public_key(private), stored.encrypted, where)
    private, public_key = _waiting(files, pairs)
    return KeyToCertify(private, public_key, encrypted=False, origin=where)


def _waiting(files: KeyFiles, pairs: Pairs) -> tuple[Secret, bytes]:
    """The key made here that waits for its first certificate; a damaged one is made anew."""
    with suppress(InvalidFile):
        if private := files.waiting():
            return private, pairs.public_key(private)
    private = pairs.make()
    files.keep_waiting(private)
    return private, pairs.public_key(private)
