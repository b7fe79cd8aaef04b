"""A sleep and a clock that was set are seen; a clock that is put right gently is not."""

import pytest

from alpkey.core.schedule.clock_jump import ClockReading


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "jumped"),
    [
        (60.0, 60.0, False),
        (61.5, 60.0, False),
        (3660.0, 60.0, True),  # an hour asleep
        (71.0, 60.0, True),
        (-3540.0, 60.0, True),  # set back by an hour
        (0.1, 0.1, False),
    ],
)
def test_jumps(wall_s: float, steady_s: float, jumped: bool) -> None:
    before = ClockReading(1_800_000_000.0, 5.0)
    after = ClockReading(1_800_000_000.0 + wall_s, 5.0 + steady_s)
    assert after.jumped_since(before) is jumped
