"""``python -m tests.trust [--whole] [--minutes N]``: attacks, and prints one table."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alpkey_sandbox.sandbox import Sandbox
from tests.centre import Centre, Home, prepared_home
from tests.trust.answers import answers
from tests.trust.fuzz import fuzz
from tests.trust.kills import errors, kills
from tests.trust.load import load
from tests.trust.row import HEAD, Row
from tests.trust.suites import suites

# Takes when to end, by the monotonic clock; None: whenever all is tried.
Attack = Callable[[float | None], Iterator[Row]]


def main() -> int:
    options = argparse.ArgumentParser(prog="make trust", description=__doc__)
    options.add_argument("--whole", action="store_true", help="all points, however long it takes")
    options.add_argument("--minutes", type=float, default=45.0, help="as many points as fit")
    options.add_argument("--only", default="", help="attacks whose name begins with this")
    given = options.parse_args()
    attacks = [one for one in ATTACKS if one[0].startswith(given.only)]
    started = time.monotonic()
    end = None if given.whole else started + given.minutes * 60
    # Two at a time, one for each core that a small computer has; the sampled ones begin first.
    with ThreadPoolExecutor(2) as both:
        parts = [both.submit(_rows, attack, end) for _, attack in attacks]
        rows = [row for part in parts for row in part.result()]
    print(HEAD)
    for row in rows:
        print(row.line())
    failures = [(row.name, failure) for row in rows for failure in row.failures]
    took_min = (time.monotonic() - started) / 60
    print(
        f"{'all':<44}{sum(row.tried for row in rows):>8}{sum(row.points for row in rows):>9}"
        f"{len(failures):>10}   in {took_min:.1f} min on {os.cpu_count()} cores"
    )
    for name, failure in failures:
        print(f"\n{name}\n    {failure}")
    return 1 if failures else 0


def _rows(attack: Attack, end: float | None) -> list[Row]:
    rows = []
    for row in attack(end):
        print(row.line(), file=sys.stderr, flush=True)
        rows.append(row)
    return rows


def _part(end: float | None, part: float) -> float | None:
    """When this part of the time that is left is over."""
    return None if end is None else time.monotonic() + (end - time.monotonic()) * part


def _at_home(attack: Callable[[Home, float | None], Iterator[Row]]) -> Attack:
    """In a home of its own, with a sandbox and a runtime folder of its own."""

    def run(end: float | None) -> Iterator[Row]:
        with tempfile.TemporaryDirectory(prefix="alpkey-trust-") as name:
            folder = Path(name)
            with Sandbox(folder / "centre") as sandbox:
                (folder / "person").mkdir()
                home = prepared_home(Centre(sandbox), folder / "person")
                runtime = folder / "run"
                runtime.mkdir(mode=0o700)
                home.environ["XDG_RUNTIME_DIR"] = str(runtime)
                home.environ["TMPDIR"] = str(folder)
                yield from attack(home, end)

    return run


# What takes a set time begins first, and the two that are sampled share what is left.
ATTACKS: list[tuple[str, Attack]] = [
    ("suites", suites),
    ("fuzz", lambda end: fuzz(_part(end, 0.3))),
    ("load", _at_home(load)),
    ("answers", _at_home(lambda home, end: answers(home, _part(end, 0.4)))),
    ("killed", _at_home(kills)),
    ("failing", _at_home(errors)),
]

if __name__ == "__main__":
    sys.exit(main())
