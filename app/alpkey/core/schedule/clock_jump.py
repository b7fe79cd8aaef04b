"""Compare two clocks: a sleep, or setting the clock, moves one of them and not the other."""

from typing import NamedTuple

# More than a clock under adjustment drifts between two readings; shorter sleeps do not matter.
JUMP_S = 10.0


class ClockReading(NamedTuple):
    """The wall clock, and a clock that stops during sleep and is never set."""

    wall_s: float
    steady_s: float

    def jumped_since(self, before: "ClockReading") -> bool:
        """Whether the computer slept, or its clock was set, since ``before``."""
        wall_s, steady_s = self.wall_s - before.wall_s, self.steady_s - before.steady_s
        return abs(wall_s - steady_s) > JUMP_S
