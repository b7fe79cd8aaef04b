"""The journal's file: read once, pruned at each append, and never less than what was written."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.adapters.state import journal_file
from alpkey.adapters.state.journal_file import JournalFile
from alpkey.core.errors import InvalidFile
from alpkey.core.state import journal_lines
from alpkey.core.state.facts import Issued, MaybeIssued, SecretSaved
from alpkey.core.state.journal_lines import to_line

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MAYBE = MaybeIssued(NOW, "alice", "one", NOW + DAY)
OLD = MaybeIssued(NOW - 91 * DAY, "alice", "old", NOW - 90 * DAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines were parsed by each reading."""
    counts: list[int] = []
    real = journal_lines.rows

    def rows(lines: list[str]) -> journal_file.Rows:
        counts.append(len(lines))
        return real(lines)

    monkeypatch.setattr(journal_lines, "rows", rows)
    return counts


def journal(path: Path) -> JournalFile:
    return JournalFile(path, lambda: NOW)


def test_it_is_read_once(path: Path, parsed: list[int]) -> None:
    journal(path).append([MAYBE])
    parsed.clear()
    again = journal(path)
    assert again.facts() is again.facts()
    again.append([MAYBE])
    assert again.facts() == (MAYBE, MAYBE)
    assert parsed == [1]


def test_what_another_process_appends_is_seen(path: Path) -> None:
    first, other = journal(path), journal(path)
    first.append([MAYBE])
    assert other.facts() == (MAYBE,)
    first.append([MAYBE])
    assert other.facts() == (MAYBE, MAYBE)
    other.append([MAYBE])
    assert first.facts() == (MAYBE, MAYBE, MAYBE) == journal(path).facts()


def test_a_journal_that_was_removed_is_empty(path: Path) -> None:
    there = journal(path)
    there.append([MAYBE])
    path.unlink()
    assert there.facts() == ()
    there.append([MAYBE])
    assert there.facts() == (MAYBE,) == journal(path).facts()


def test_old_facts_leave_when_one_is_appended(path: Path) -> None:
    saved = SecretSaved(OLD.at, "alice", "password")
    path.write_text("".join(to_line(fact) + "\n" for fact in (OLD, saved)))
    there = journal(path)
    there.append([MAYBE])
    assert there.facts() == (saved, MAYBE) == journal(path).facts()
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_years_of_renewals_leave_but_for_ninety_days(path: Path) -> None:
    for day in range(730, 0, -1):
        at = NOW - day * DAY
        with path.open("a") as file:
            for fact in (
                MaybeIssued(at, "alice", str(day), at + DAY),
                Issued(at, "alice", str(day), day, f"SHA256:{day}", at + DAY, "/h/.ssh/cscs-key"),
            ):
                file.write(to_line(fact) + "\n")
    journal(path).append([MAYBE])
    assert len(path.read_text().splitlines()) == 2 * 89 + 1


def test_lines_of_a_later_version_stay(path: Path) -> None:
    later = json.dumps({"fact": "of-later", "at": "2020-01-01T00:00:00Z"})
    path.write_text(f"{to_line(OLD)}\n{later}\n")
    journal(path).append([MAYBE])
    assert path.read_text() == f"{later}\n{to_line(MAYBE)}\n"


def test_nothing_is_rewritten_where_nothing_is_old(path: Path) -> None:
    there = journal(path)
    there.append([MAYBE])
    inode = path.stat().st_ino
    there.append([MAYBE])
    assert path.stat().st_ino == inode


def test_a_fact_is_written_though_old_ones_cannot_leave(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(to_line(OLD) + "\n")

    def full(*_: object) -> None:
        raise InvalidFile(path=str(path), reason="No space left on device")

    monkeypatch.setattr(journal_file.atomic_write, "replace", full)
    there = journal(path)
    there.append([MAYBE])
    assert there.facts() == (OLD, MAYBE) == journal(path).facts()


@pytest.mark.parametrize("cut", [1, 9])
def test_a_truncated_line_stays_alone(path: Path, cut: int) -> None:
    path.write_text(to_line(MAYBE) + "\n" + to_line(MAYBE)[:-cut])
    there = journal(path)
    there.append([MAYBE])
    assert there.facts() == (MAYBE, MAYBE) == journal(path).facts()


def test_a_truncated_line_stays_alone_where_old_facts_leave(path: Path) -> None:
    path.write_text(to_line(OLD) + "\n" + to_line(MAYBE)[:-9])
    journal(path).append([MAYBE])
    assert journal(path).facts() == (MAYBE,)
