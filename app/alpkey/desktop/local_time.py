"""The zone in which the computer stands, and the moment it is there."""

import time
from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """This computer's zone with its daylight saving.

    ``datetime.astimezone()`` knows the offset of one moment only, and is an hour wrong for
    tomorrow in the night when the clocks change.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else _offset_known(moment).utcoffset()

    def dst(self, _: datetime | None) -> None:
        """Nobody asks for it; the offset holds it."""

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else _offset_known(moment).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        there = moment.replace(tzinfo=UTC).astimezone()
        here = there.replace(tzinfo=self)
        return here if here.utcoffset() == there.utcoffset() else here.replace(fold=1)


LOCAL = LocalZone()


def _offset_known(moment: datetime) -> datetime:
    """The same clock face with the offset that the system knows for it."""
    return moment.replace(tzinfo=None).astimezone()


def now() -> datetime:
    """This moment in the zone where the computer is now: one that runs for weeks travels."""
    time.tzset()
    return datetime.now(LOCAL)
