"""Timestamps: aware datetimes in UTC inside, RFC 3339 text and epoch seconds at the edges."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import overload

Clock = Callable[[], datetime]
"""The current time, aware and in UTC."""


@overload
def rfc3339(time: datetime) -> str: ...
@overload
def rfc3339(time: datetime | None) -> str | None: ...
def rfc3339(time: datetime | None) -> str | None:
    """``2026-11-24T17:42:00Z``; None stays None."""
    if time is None:
        return None
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """The time that ``text`` names.  Raises ValueError, also where the zone is missing."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise ValueError(f"no zone in {text!r}")
        return time.astimezone(UTC)
    except (TypeError, OverflowError):  # no text; or at the ends of the calendar, with a zone
        raise ValueError(f"{text!r} is no time") from None


_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """``90s``, ``30m``, ``30min``, ``2h`` or ``1d`` as a span.  Raises ValueError."""
    number = text.rstrip("".join(_UNITS))
    unit = text[len(number) :]
    if unit not in _UNITS or not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise ValueError(f"{text!r} is no duration such as 90s, 30m, 2h or 1d")
    return timedelta(**{_UNITS[unit]: int(number)})


def short_span(span: timedelta) -> str:
    """``2h``, ``30m``: what :func:`duration` reads, in the largest unit that leaves no rest."""
    seconds = int(span.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
