"""What every journal keeps to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.state.journal_file import JournalFile
from alpkey.core.state.facts import MaybeIssued, Refused
from alpkey.core.state.ports import Journal
from tests.contracts.fakes import FakeJournal

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MAYBE = MaybeIssued(NOW, "alice", "one", NOW)
REFUSED = Refused(NOW, "alice", "one", "sign-in-refused")


@pytest.fixture(params=["file", "fake"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return (
        FakeJournal()
        if request.param == "fake"
        else JournalFile(tmp_path / "state" / "log", lambda: NOW)
    )


class TestContract:
    def test_it_starts_empty(self, journal: Journal) -> None:
        assert list(journal.facts()) == []

    def test_facts_come_back_oldest_first(self, journal: Journal) -> None:
        journal.append([MAYBE])
        journal.append([REFUSED, MAYBE])
        assert list(journal.facts()) == [MAYBE, REFUSED, MAYBE]

    def test_nothing_appended_changes_nothing(self, journal: Journal) -> None:
        journal.append([])
        assert list(journal.facts()) == []
