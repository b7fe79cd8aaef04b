"""The clock is judged before a key is requested."""

from datetime import UTC, datetime, timedelta

import pytest

from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import CLOCK_SLACK
from alpkey.core.keys.certificate_check import check_clock

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize("behind", [CLOCK_SLACK, timedelta(0), SECOND - DAY])
def test_a_clock_by_which_the_next_key_works_is_good_enough(behind: timedelta) -> None:
    check_clock(NOW, NOW + behind, DAY)


@pytest.mark.parametrize(
    ("behind", "span", "which"),
    [
        (CLOCK_SLACK + SECOND, "5 min", "behind"),
        (timedelta(hours=2), "2 h 0 min", "behind"),
        (-DAY, "24 h 0 min", "ahead of"),
    ],
)
def test_a_clock_by_which_it_does_not_is_named(behind: timedelta, span: str, which: str) -> None:
    with pytest.raises(InvalidFile) as raised:
        check_clock(NOW, NOW + behind, DAY)
    assert raised.value.code == "clock-wrong"
    assert raised.value.params == {"span": span, "which": which}
