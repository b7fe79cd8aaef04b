"""What actions need of the journal; its fake passes the same contract tests."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from alpkey.core.state.facts import Fact


class Journal(Protocol):
    def facts(self) -> Sequence[Fact]:
        """All facts, oldest first; none where there is no journal."""

    def append(self, facts: Iterable[Fact]) -> None:
        """Write the facts behind the others.  Called under the lock only."""
