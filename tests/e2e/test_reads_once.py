"""How often a command opens, parses and folds the facts it stands on; no time is measured.

What a command has read it hands down.  A count may only fall: where one falls, lower it here.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.centre import Home
from tests.e2e.inside import change_inside

COUNTED = Path(__file__).with_name("counted_reads.py")


@dataclass(frozen=True)
class Reads:
    """What one command did.

    ``site`` are openings of the site file that was opened most often, ``settings`` of config.toml,
    ``journal`` of the journal, appending included; ``toml`` are files parsed, ``journal_parses``
    whole readings of the journal, ``folds`` of its facts, ``snapshots`` of the home.
    """

    site: int
    settings: int
    journal: int
    toml: int
    journal_parses: int
    folds: int
    snapshots: int

    def exceeding(self, limit: "Reads") -> dict[str, tuple[int, int]]:
        """The counts above those of ``limit``, each with its limit."""
        pairs = {name: (count, getattr(limit, name)) for name, count in vars(self).items()}
        return {name: pair for name, pair in pairs.items() if pair[0] > pair[1]}


@pytest.fixture
def counted(home: Home, tmp_path: Path) -> Home:
    """A home with a key and a journal, whose commands count what they read."""
    code, result = home.renew()
    assert code == 0, result
    change_inside(home, tmp_path, COUNTED.read_text())
    home.environ["COUNTED_READS"] = str(tmp_path / "reads")
    return home


def reads(home: Home, command: str) -> Reads:
    """What the one process did that ran ``command``."""
    rows = map(json.loads, Path(home.environ["COUNTED_READS"]).read_text().splitlines())
    (row,) = [row for row in rows if row.pop("command") == command]
    return Reads(**row)


def test_a_renewal_reads_the_journal_once_and_appends_twice(counted: Home) -> None:
    code, result = counted.renew()
    assert code == 0, result
    limit = Reads(site=1, settings=1, journal=3, toml=2, journal_parses=1, folds=2, snapshots=3)
    assert reads(counted, "renew").exceeding(limit) == {}


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (["status"], Reads(1, 1, 1, 2, 1, 1, 1)),
        # It looks again at what it records for the next connection, and opens no file anew.
        (["connect", "daint", "--print"], Reads(1, 1, 1, 2, 1, 1, 2)),
        # Where it finds something new, that is appended.
        (["doctor", "--quick"], Reads(1, 1, 2, 2, 1, 1, 1)),
        (["settings", "get", "lead_time"], Reads(0, 1, 0, 0, 0, 0, 0)),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_command_reads_each_fact_once(counted: Home, arguments: list[str], limit: Reads) -> None:
    done = counted.run(*arguments)
    assert "Traceback" not in done.stderr
    assert reads(counted, arguments[0]).exceeding(limit) == {}


def test_counting_sees_what_is_read(counted: Home) -> None:
    """Otherwise no count would ever be too high."""
    counted.run("status")
    seen = reads(counted, "status")
    assert min(seen.site, seen.journal, seen.toml, seen.journal_parses) >= 1
    assert min(seen.folds, seen.snapshots) >= 1
