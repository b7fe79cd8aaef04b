"""Figures: timed in turn, printed as medians and ratios, and kept for a file of JSON."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Row:
    """One measured row; ``limit`` is the largest ``own`` that meets the target, where one is set.

    ``spread`` are the smallest and the largest of the values that ``own`` is the median of.
    """

    what: str
    own: float
    yardstick: float | None
    limit: float | None
    unit: str = "ms"
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        return self.limit is None or self.own <= self.limit

    def __str__(self) -> str:
        spread = f"{self.spread[0]:7.1f}-{self.spread[1]:<7.1f}" if self.spread else " " * 15
        parts = f"{self.what:<48} {self.own:8.1f} {self.unit} {spread}"
        if self.yardstick:
            parts += f" {self.yardstick:8.1f} {self.unit} {self.own / self.yardstick:6.2f} x"
        if self.limit is not None:
            parts += f"  limit {self.limit:8.1f}{'' if self.met else '  missed'}"
        return parts


ROWS: list[Row] = []


def add(row: Row) -> None:
    """Print the row at once, and keep it for :func:`write`."""
    ROWS.append(row)
    print(row, flush=True)


def add_ratio(
    what: str, own: Sequence[float], yardstick: Sequence[float], ratio: float, plus: float = 0.0
) -> None:
    """A row of times in seconds whose target is ``ratio`` times the yardstick, and ``plus`` ms."""
    bare = ms(statistics.median(yardstick))
    spread = ms(min(own)), ms(max(own))
    add(Row(what, ms(statistics.median(own)), bare, ratio * bare + plus, spread=spread))


def write(path: Path) -> None:
    """All rows so far, as JSON."""
    rows = [{**asdict(row), "met": row.met} for row in ROWS]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n")


def in_turn(*measured: Callable[[], float], rounds: int) -> tuple[list[float], ...]:
    """The values of each; taken in turn, so that a machine whose speed drifts is fair to all."""
    for one in measured:
        one()  # once for warm caches
    taken = [[one() for one in measured] for _ in range(rounds)]
    return tuple(list(values) for values in zip(*taken, strict=True))


def run_s(command: Sequence[str], environ: dict[str, str]) -> float:
    """How long a command takes, in seconds.  Raises CalledProcessError where it fails."""
    started = time.perf_counter()
    subprocess.run(
        command, env=environ, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def ms(seconds: float) -> float:
    return seconds * 1000
