"""This computer's time zone, and the time in it."""

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
        """Unused; ``utcoffset`` includes it."""

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else _offset_known(moment).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        aware = moment.replace(tzinfo=UTC).astimezone()
        here = aware.replace(tzinfo=self)
        return here if here.utcoffset() == aware.utcoffset() else here.replace(fold=1)


LOCAL = LocalZone()


def _offset_known(moment: datetime) -> datetime:
    """The same local time with the offset that the system knows for it."""
    return moment.replace(tzinfo=None).astimezone()


def now() -> datetime:
    """Now in the zone where the computer is: a laptop that runs for weeks travels."""
    time.tzset()
    return datetime.now(LOCAL)
