"""A thing that Alpkey put on this computer, as the user is shown it."""

from dataclasses import dataclass

from alpkey.core.results.removal import RemovedItem


@dataclass(frozen=True, slots=True)
class OwnedItem:
    """One thing: ``what`` is a key of ``words.BELONGINGS``, ``name`` an account, path or number."""

    what: str
    name: str

    def as_object(self) -> RemovedItem:
        return {"what": self.what, "name": self.name}
