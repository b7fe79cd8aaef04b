"""Two clocks side by side: a sleep, or a clock that was set, moves one and not the other."""

from dataclasses import dataclass

# More than a clock that is put right gently drifts between two looks, less than any sleep matters.
JUMP_S = 10.0


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A reading of the wall clock, and of one that stands still in sleep and is never set."""

    wall_s: float
    steady_s: float

    def jumped_since(self, before: "ClockReading") -> bool:
        """Whether the computer slept, or its clock was set, since ``before``."""
        wall_s, steady_s = self.wall_s - before.wall_s, self.steady_s - before.steady_s
        return abs(wall_s - steady_s) > JUMP_S
