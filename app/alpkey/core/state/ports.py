"""The ports to the state of a home: journal, lock, and the record of changes outside it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from alpkey.core.state.journal_facts import Fact

Entry = Mapping[str, Any]

SSH_CONFIG = "ssh-config"
"""The entry of the user's ssh configuration in ExternalChanges."""


class Journal(Protocol):
    def facts(self) -> Sequence[Fact]:
        """All facts, oldest first; none where there is no journal."""

    def append(self, facts: Iterable[Fact]) -> None:
        """Write the facts after the others.  Call it under the lock only."""


class Holder(NamedTuple):
    """The process that holds the lock."""

    process: str
    host: str
    since: str


class Lock(Protocol):
    """One per home, around everything that can spend a slot or change the pair.

    ``weak`` is true where the file system supports no locks and only this computer is guarded.
    """

    weak: bool

    def holder(self) -> Holder | None:
        """Which process holds it now, if any."""

    def held(self, timeout_s: float) -> AbstractContextManager[None]:
        """Hold it.  Raises Unreachable (``lock-held``) after ``timeout_s``."""


class ExternalChanges(Protocol):
    """What Alpkey changed outside its own folders, for undo and uninstall; one entry a thing."""

    def names(self) -> Sequence[str]:
        """The names of all entries, in the order they were added.  Raises InvalidFile."""

    def entry(self, name: str) -> Entry | None: ...

    def note(self, name: str, entry: Entry | None) -> None:
        """Write the entry; None removes it.  Raises InvalidFile."""
