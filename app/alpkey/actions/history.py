"""The history of this computer's keys, from the journal."""

from alpkey.core.events import Action
from alpkey.core.results.history import HistoryResult
from alpkey.core.state.history import history
from alpkey.core.state.ports import Journal


def show_history(journal: Journal) -> Action[HistoryResult]:
    """The events of the journal, the newest first.  Raises InvalidFile."""
    yield from ()
    return {"events": history(journal.facts())}
