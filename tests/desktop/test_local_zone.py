"""The local zone: what the system knows, also of moments beyond the next change of the clocks."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alpkey.desktop import local_zone
from alpkey.desktop.local_zone import LOCAL

DAY = timedelta(days=1)
Place = Callable[[str], ZoneInfo]


@pytest.fixture
def place() -> Iterator[Place]:
    """Takes the computer to another zone, and home again."""
    before = os.environ.get("TZ")

    def travel(name: str) -> ZoneInfo:
        os.environ["TZ"] = name
        time.tzset()
        return ZoneInfo(name)

    yield travel
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("name", ["Europe/Zurich", "Australia/Lord_Howe"])
def test_every_half_hour_of_a_year(place: Place, name: str) -> None:
    there = place(name)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(365 * 48):
        time = moment + n * timedelta(minutes=30)
        local, expected = time.astimezone(LOCAL), time.astimezone(there)
        assert (local.replace(tzinfo=None), local.fold) == (
            expected.replace(tzinfo=None),
            expected.fold,
        )
        assert local.utcoffset() == expected.utcoffset()
        assert local.astimezone(UTC) == time


def test_now_follows_a_computer_that_travels(place: Place) -> None:
    place("Europe/Zurich")
    before = local_zone.now()
    os.environ["TZ"] = "Asia/Kolkata"
    assert local_zone.now().utcoffset() == timedelta(hours=5, minutes=30)
    assert local_zone.now().tzname() == "IST"
    assert local_zone.now().dst() is None
    assert abs(local_zone.now().astimezone(UTC) - datetime.now(UTC)) < DAY
    assert before.tzinfo is LOCAL
