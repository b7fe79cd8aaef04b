"""Moments: aware datetimes in UTC inside, RFC 3339 text and epoch seconds at the edges."""

from datetime import UTC, datetime, timedelta


def rfc3339(moment: datetime | None) -> str | None:
    """``2026-11-24T17:42:00Z``; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """The moment that ``text`` names.  Raises ValueError, also where the zone is missing."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no zone in {text!r}")
    return moment.astimezone(UTC)


def duration(text: str) -> timedelta:
    """``90s``, ``30m``, ``2h`` or ``1d`` as a span.  Raises ValueError."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdecimal():
        raise ValueError(f"{text!r} is no duration such as 90s, 30m, 2h or 1d")
    return timedelta(**{units[unit]: int(number)})
