"""Times, time spans and numbers of keys in words."""

from datetime import datetime, timedelta


def span(left: timedelta) -> str:
    """``13 h 42 min``, ``42 min``, ``less than a minute``."""
    minutes = int(left.total_seconds()) // 60
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else "less than a minute"


def clock_time(moment: datetime, now: datetime) -> str:
    """``17:42`` today, else with the day; in the zone of ``now``."""
    local = _local(moment, now)
    return f"{local:%H:%M}" if local.date() == now.date() else day_and_time(moment, now)


def day_and_time(moment: datetime, now: datetime) -> str:
    """``Tue 17:42`` within a week, else with the date; in the zone of ``now``."""
    local = _local(moment, now)
    near = abs(local.date() - now.date()) < timedelta(days=7)
    return f"{weekday(local)} {local:%H:%M}" if near else f"{local:%Y-%m-%d %H:%M}"


def weekday(moment: datetime) -> str:
    """``Tue``, whatever language the desktop speaks: Qt sets the locale that strftime(3) reads."""
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]


def until(moment: datetime | None, now: datetime) -> str:
    """``until Tue 17:42``, or ``for ever``."""
    return "for ever" if moment is None else f"until {day_and_time(moment, now)}"


def keys_left(remaining: int, limit: int) -> str:
    """``3 of 5 keys left``."""
    return f"{remaining} of {limit} keys left"


def _local(moment: datetime, now: datetime) -> datetime:
    """In the zone of ``now``; the first and the last day of all years stay in UTC."""
    try:
        return moment.astimezone(now.tzinfo)
    except OverflowError:
        return moment
