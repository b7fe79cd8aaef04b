"""Where the key on this computer comes from, which decides whether a gateway certifies it."""

from enum import Enum

from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.ports import StoredKey
from alpkey.core.state.journal import Known


class Origin(Enum):
    """Where a key comes from."""

    NOWHERE = "there is none"
    HERE = "Alpkey made it on this computer"
    PERSON = "the user has it already"
    SERVICE = "a service made it, and Alpkey installed it"
    UNKNOWN = "unknown"

    @property
    def is_used(self) -> bool:
        """Whether it is certified as it is, and not replaced by one made here."""
        return self in (Origin.HERE, Origin.PERSON)


def origin(stored: StoredKey | None, known: Known, *, named: bool = False) -> Origin:
    """Where the installed key comes from.  A key that the user ``named`` is the user's.

    A key made on a computer has its ``.pub`` beside it; the services send none.
    """
    if stored is None:
        return Origin.NOWHERE
    if stored.public_key is None:
        return Origin.PERSON if named else Origin.UNKNOWN
    print_ = fingerprint(stored.public_key)
    if stored.elsewhere and known.made_here(print_):
        return Origin.NOWHERE  # Alpkey's key was in a file, which is gone
    if print_ in known.service_made:
        return Origin.PERSON if named else Origin.SERVICE
    if known.made_here(print_):
        return Origin.HERE
    if named:
        return Origin.PERSON
    was_certified = any(issued.fingerprint == print_ for issued in known.issued)
    return Origin.PERSON if stored.has_public or was_certified else Origin.UNKNOWN
