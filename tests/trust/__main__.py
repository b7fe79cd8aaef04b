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
from tests.trust import kills
from tests.trust.row import HEAD, Row

Attack = Callable[[float | None], Iterator[Row]]


def main() -> int:
    options = argparse.ArgumentParser(prog="make trust", description=__doc__)
    options.add_argument("--whole", action="store_true", help="all points, however long it takes")
    options.add_argument("--minutes", type=float, default=45.0, help="as many points as fit")
    options.add_argument("--only", default="", help="attacks whose name begins with this")
    given = options.parse_args()
    attacks = [one for one in ATTACKS if one[0].startswith(given.only)]
    # Two at a time, one for each core that a small computer has.
    time_s = None if given.whole else given.minutes * 60 * 2 / sum(one[1] for one in attacks)
    started = time.monotonic()
    with ThreadPoolExecutor(2) as both:
        parts = [
            both.submit(_rows, attack, None if time_s is None else time_s * weight)
            for _, weight, attack in attacks
        ]
        rows = [row for part in parts for row in part.result()]
    print(HEAD)
    for row in rows:
        print(row.line())
    failures = [(row.name, failure) for row in rows for failure in row.failures]
    took_min = (time.monotonic() - started) / 60
    print(f"{'all':<44}{sum(row.tried for row in rows):>8}{sum(row.points for row in rows):>9}"
          f"{len(failures):>10}   in {took_min:.1f} min on {os.cpu_count()} cores")
    for name, failure in failures:
        print(f"\n{name}\n    {failure}")
    return 1 if failures else 0


def _rows(attack: Attack, time_s: float | None) -> list[Row]:
    rows = []
    for row in attack(time_s):
        print(row.line(), file=sys.stderr, flush=True)
        rows.append(row)
    return rows


def _at_home(attack: Callable[[Home, float | None], Iterator[Row]]) -> Attack:
    """In a home of its own, with a sandbox and a runtime folder of its own."""

    def run(time_s: float | None) -> Iterator[Row]:
        with tempfile.TemporaryDirectory(prefix="alpkey-trust-") as name:
            folder = Path(name)
            with Sandbox(folder / "centre") as sandbox:
                (folder / "person").mkdir()
                home = prepared_home(Centre(sandbox), folder / "person")
                runtime = folder / "run"
                runtime.mkdir(mode=0o700)
                home.environ["XDG_RUNTIME_DIR"] = str(runtime)
                home.environ["TMPDIR"] = str(folder)
                yield from attack(home, time_s)

    return run


# Name, share of the time, attack.
ATTACKS: list[tuple[str, float, Attack]] = [
    ("killed", 4, _at_home(lambda home, time_s: kills.kills(home, ("KILL",), time_s))),
    ("failing", 4, _at_home(kills.errors)),
]

if __name__ == "__main__":
    sys.exit(main())
