"""A row of the table, and the points of an attack that fit into its time."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Row:
    """What one attack tried, and each point at which Alpkey did wrong."""

    name: str
    tried: int = 0
    points: int = 0
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        return f"{self.name:<44}{self.tried:>8}{self.points:>9}{len(self.failures):>10}"


HEAD = f"{'attack':<44}{'tried':>8}{'of':>9}{'failures':>10}"


def in_time(points: Sequence[T], end: float | None) -> Iterator[T]:
    """All ``points``, or those that are begun before ``end``, at least one, spread evenly.

    ``end`` is by the monotonic clock, in seconds.
    """
    for number, index in enumerate(spread(len(points))):
        if number and end is not None and time.monotonic() > end:
            return
        yield points[index]


def spread(count: int) -> list[int]:
    """0 to ``count`` - 1 in an order whose every beginning lies evenly (van der Corput)."""
    bits = max(count - 1, 0).bit_length()
    turned = [int(f"{index:0{bits}b}"[::-1], 2) if bits else 0 for index in range(1 << bits)]
    return [index for index in turned if index < count]
