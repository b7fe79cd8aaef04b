"""Times and time spans read well."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alpkey.core.messages import times

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(hours=13, minutes=42, seconds=59), "13 h 42 min"),
        (timedelta(minutes=60), "1 h 0 min"),
        (timedelta(minutes=42), "42 min"),
        (timedelta(seconds=59), "less than a minute"),
    ],
)
def test_spans(left: timedelta, text: str) -> None:
    assert times.span(left) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 24, 16, 42, tzinfo=UTC), "until Tue 17:42"),
        (datetime(2026, 11, 25, 16, 42, tzinfo=UTC), "until Wed 17:42"),
        (datetime(2027, 1, 1, 16, 42, tzinfo=UTC), "until 2027-01-01 17:42"),
        (None, "for ever"),
    ],
)
def test_until_uses_the_zone_of_now(moment: datetime | None, text: str) -> None:
    assert times.until(moment, NOW) == text


def test_clock_time_names_the_day_only_on_another_day() -> None:
    assert times.clock_time(datetime(2026, 11, 24, 13, 10, tzinfo=UTC), NOW) == "14:10"
    assert times.clock_time(datetime(2026, 11, 25, 13, 10, tzinfo=UTC), NOW) == "Wed 14:10"


def test_the_weekday_is_english_whatever_the_locale() -> None:
    """A desktop in German makes Qt set a locale in which strftime(3) says "Di"."""
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    days = [times.weekday(monday + timedelta(days=number)) for number in range(7)]
    assert days == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
