"""Asking for newer versions: when a person says so, and unasked at most once a day."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from alpkey.actions.updates import UpdatesWorld, updates
from alpkey.core.errors import InvalidInput, Unreachable
from alpkey.core.results.updates import UpdatesResult
from alpkey.core.updates.releases import LastUpdateCheck, Release
from tests.actions.worlds import play

NEWEST = Release("0.2.0", "https://a.page/")


@dataclass
class FakeFeed:
    """Tells of one release; counts who asks."""

    release: Release | None = NEWEST
    is_there: bool = True
    asked: int = 0

    def newest(self) -> Release | None:
        self.asked += 1
        if not self.is_there:
            raise Unreachable("no-network", host="fake", reason="gone")
        return self.release


@dataclass
class FakeMemory:
    told: LastUpdateCheck | None = None

    def read(self) -> LastUpdateCheck | None:
        return self.told

    def write(self, check: LastUpdateCheck) -> None:
        self.told = check


@dataclass
class Desk:
    feed: FakeFeed = field(default_factory=FakeFeed)
    memory: FakeMemory = field(default_factory=FakeMemory)
    now: datetime = datetime(2026, 11, 26, tzinfo=UTC)

    def asks(self, *, unasked: bool = False, **other: object) -> UpdatesResult:
        world = UpdatesWorld(
            "CSCS",
            self.feed.newest,
            self.memory.read,
            self.memory.write,
            "0.1.0",
            "package",
            tell_updates=True,
            clock=lambda: self.now,
        )
        return play(updates(replace(world, **other), unasked=unasked)).result


def test_a_newer_version_is_told_with_its_page() -> None:
    assert Desk().asks() == {
        "version": "0.1.0",
        "newest": "0.2.0",
        "page": "https://a.page/",
        "newer": True,
    }


def test_the_newest_one_is_no_news() -> None:
    assert Desk().asks(here="0.2.0")["newer"] is False


def test_where_nothing_was_ever_released_there_is_none() -> None:
    told = Desk(FakeFeed(None)).asks()
    assert (told["newest"], told["newer"]) == (None, False)


def test_unasked_it_is_once_a_day() -> None:
    desk = Desk()
    for after, asked in ((0, 1), (23, 1), (1, 2)):
        desk.now += timedelta(hours=after)
        assert desk.asks(unasked=True)["newest"] == "0.2.0"
        assert desk.feed.asked == asked


@pytest.mark.parametrize("other", [{"tell_updates": False}, {"build": "deb 3dede93"}])
def test_unasked_nobody_is_asked_where_that_is_not_wanted(other: dict[str, object]) -> None:
    desk = Desk()
    assert desk.asks(unasked=True, **other)["newest"] is None
    assert desk.feed.asked == 0
    assert desk.asks(**other)["newest"] == "0.2.0"


def test_where_the_site_names_no_feed_that_is_said() -> None:
    assert Desk().asks(unasked=True, newest=None)["newest"] is None
    with pytest.raises(InvalidInput) as none:
        Desk().asks(newest=None)
    assert none.value.code == "no-feed"


def test_a_feed_that_is_away_is_asked_the_next_day_and_loses_nothing() -> None:
    desk = Desk()
    desk.asks()
    desk.feed.is_there = False
    desk.now += timedelta(days=1)
    assert desk.asks(unasked=True)["newest"] == "0.2.0"
    assert desk.asks(unasked=True)["newest"] == "0.2.0"
    assert desk.feed.asked == 2
    with pytest.raises(Unreachable) as away:
        desk.asks()
    assert away.value.code == "no-news"
