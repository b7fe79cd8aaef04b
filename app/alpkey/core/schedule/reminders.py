"""When a person is reminded of a key's end, as pure rules.

Each certificate has a plan: one moment for each kind of reminder.  The most urgent one whose moment
has come is shown, once; it stands for those before it, so whoever slept through two hears of one.
``now`` is always in the zone in which the person lives, with its daylight saving.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum

from alpkey.core.schedule import auto_renewal
from alpkey.core.settings.settings import Settings
from alpkey.core.state.snapshot import KeyState, Snapshot
from alpkey.core.timestamps import rfc3339

SNOOZE = timedelta(minutes=30)
QUIET_AFTER_RENEWAL = timedelta(minutes=10)
# A clock that is set back by more than this was wrong before, and so was what it made us say.
CLOCK_TOLERANCE = timedelta(minutes=10)
# Certificates of which it is remembered what was said: a pair may be put back from a backup.
REMEMBERED = 8
_DAY = timedelta(days=1)
_FAR = timedelta(days=400)


class Kind(IntEnum):
    """The reminders, the most urgent one last."""

    WILL_IT_LAST = 1
    SOON = 2
    AGAIN = 3
    EXPIRED = 4

    @property
    def code(self) -> str:
        """Its name in words and files."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one certificate, named as ``identity`` does."""

    certificate: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Snooze:
    """The person said "Later" to ``reminder``."""

    reminder: Reminder
    until: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """What was said: for each certificate the last reminder, the latest certificate last."""

    told: Mapping[str, Kind] = field(default_factory=dict)
    snooze: Snooze | None = None

    def after(self, reminder: Reminder) -> "Memory":
        """The memory once ``reminder`` was shown."""
        told = {one: kind for one, kind in self.told.items() if one != reminder.certificate}
        told[reminder.certificate] = reminder.kind
        return Memory(dict(list(told.items())[-REMEMBERED:]))

    def later(self, reminder: Reminder, now: datetime) -> "Memory":
        """The memory once the person said "Later" to ``reminder``."""
        return replace(self, snooze=Snooze(reminder, now.astimezone(UTC) + SNOOZE))


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the reminder off the screen: it is true no longer."""


@dataclass(frozen=True, slots=True)
class RenewAutomatically:
    """Start a renewal that nobody has to be asked for."""


def next_action(
    snapshot: Snapshot,
    memory: Memory,
    settings: Settings,
    now: datetime,
    *,
    showing: Reminder | None = None,
    held: bool = False,
    may_renew: bool = False,
) -> Reminder | Withdraw | RenewAutomatically | None:
    """What to do at ``now``: renew, show this reminder in place of any other, withdraw it, nothing.

    ``showing`` is on the screen.  While ``held`` - the screen is locked, or the computer woke this
    moment - nothing new is shown; what was due is shown once that ends.  With ``may_renew`` a
    renewal comes before any reminder.
    """
    plan = _plan(snapshot, settings, now)
    if showing is not None and not _still_true(showing, snapshot, plan, now):
        return Withdraw()
    if held or snapshot.working:
        return None
    if may_renew and _is_auto_renewal_due(snapshot, settings, now):
        return RenewAutomatically()
    return _due(snapshot, memory, plan, now)


def reminder_to_put_off(
    snapshot: Snapshot, memory: Memory, settings: Settings, now: datetime
) -> Reminder | None:
    """The reminder to which "Later" can be said now; None before the first and after a "Later"."""
    plan = _plan(snapshot, settings, now)
    told = memory.told.get(identity(snapshot) or "")
    if told is None or not plan or _snooze(snapshot, memory, now) is not None:
        return None
    return Reminder(identity(snapshot) or "", told)


def identity(snapshot: Snapshot) -> str | None:
    """The certificate's name in the memory; None where it never ends or there is none.

    The end stands beside the serial, for an authority may give every certificate the serial 0.
    """
    certificate = snapshot.certificate
    if certificate is None or certificate.valid_before is None:
        return None
    return f"{certificate.serial}@{rfc3339(certificate.valid_before)}"


def _is_auto_renewal_due(snapshot: Snapshot, settings: Settings, now: datetime) -> bool:
    """At the moments of the reminders, whether they are wanted or not, and no earlier than need be.

    Who wants to be reminded a day before does not want a key every hour.
    """
    end = snapshot.certificate.valid_before if snapshot.certificate else None
    if end is None or settings.keep_sign_in == "no":
        return False
    moments = [
        at if kind is Kind.WILL_IT_LAST else max(at, end - auto_renewal.LEAD)
        for kind, at in _moments(snapshot, settings, now).items()
    ]
    return auto_renewal.is_due(snapshot, identity(snapshot), moments, now)


def _plan(snapshot: Snapshot, settings: Settings, now: datetime) -> dict[Kind, datetime]:
    """When each reminder of this certificate is shown, in UTC; empty where none ever is."""
    return _moments(snapshot, settings, now) if settings.reminders else {}


def _moments(snapshot: Snapshot, settings: Settings, now: datetime) -> dict[Kind, datetime]:
    """When each reminder of this certificate falls due, in UTC; empty where none ever does.

    A reminder that falls before the renewal or right after it is left out: whoever has just
    renewed knows.  Of an end that comes after the renewal it is told however soon it comes.
    """
    states = (KeyState.VALID, KeyState.EXPIRING, KeyState.EXPIRED)
    end = snapshot.certificate.valid_before if snapshot.certificate else None
    if end is None or snapshot.state(now) not in states:
        return {}
    if end - now > _FAR:
        return {}
    plan = {
        Kind.SOON: end - min(settings.remind_before, _FAR),
        Kind.AGAIN: end - min(settings.remind_again, _FAR),
        Kind.EXPIRED: end,
    }
    if (evening := _evening(end, settings, now.tzinfo or UTC)) is not None:
        plan[Kind.WILL_IT_LAST] = evening
    renewed_at = _renewed_at(snapshot, now)
    if renewed_at is None:
        return plan
    quiet_until = renewed_at + QUIET_AFTER_RENEWAL
    return {
        kind: at
        for kind, at in plan.items()
        if at > (renewed_at if kind is Kind.EXPIRED else quiet_until)
    }


def _evening(end: datetime, settings: Settings, zone: tzinfo) -> datetime | None:
    """When to ask whether the key lasts until work starts on the day after; None where it does."""
    last_day = end.astimezone(zone).date()
    for day in (last_day - _DAY, last_day):
        asked_at = _local(day, settings.will_it_last_at, zone)
        if asked_at < end < _local(day + _DAY, settings.work_starts_at, zone):
            return asked_at
    return None


def _local(day: date, at: time, zone: tzinfo) -> datetime:
    """That time of that day in UTC: moments of one zone compare by their clock faces."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _renewed_at(snapshot: Snapshot, now: datetime) -> datetime | None:
    """When the certificate came here, as far as it and its file say; never after ``now``."""
    begin = snapshot.certificate.valid_after if snapshot.certificate else None
    known = [begin] if begin is not None else []
    installed_s = snapshot.stamp.mtime_ns // 10**9
    if 0 < installed_s <= now.timestamp():
        known.append(datetime.fromtimestamp(installed_s, UTC))
    return max(known, default=None)


def _due(
    snapshot: Snapshot, memory: Memory, plan: Mapping[Kind, datetime], now: datetime
) -> Reminder | None:
    name = identity(snapshot)
    if name is None or not plan:
        return None
    due = _most_urgent(plan, now)
    if (snooze := _snooze(snapshot, memory, now)) is not None:
        if now < snooze.until:
            return None
        return Reminder(name, max(due or snooze.reminder.kind, snooze.reminder.kind))
    if due is None or due <= _told(memory.told.get(name), plan, now):
        return None
    if due is Kind.WILL_IT_LAST and plan[due].astimezone(now.tzinfo).date() != now.date():
        return None  # that evening is over
    return Reminder(name, due)


def _told(told: Kind | None, plan: Mapping[Kind, datetime], now: datetime) -> int:
    """What was said, unless a wrong clock said it: then its moment is still to come."""
    if told is None or plan.get(told, now) > now + CLOCK_TOLERANCE:
        return 0
    return told


def _most_urgent(plan: Mapping[Kind, datetime], now: datetime) -> Kind | None:
    return max((kind for kind, at in plan.items() if at <= now), default=None)


def _snooze(snapshot: Snapshot, memory: Memory, now: datetime) -> Snooze | None:
    """The snooze of this certificate, until its reminder is shown again.

    One that lies further ahead than a snooze can was made by a clock that has been set back.
    """
    snooze = memory.snooze
    if snooze is None or snooze.reminder.certificate != identity(snapshot):
        return None
    return snooze if snooze.until - now <= SNOOZE + CLOCK_TOLERANCE else None


def _still_true(
    showing: Reminder, snapshot: Snapshot, plan: Mapping[Kind, datetime], now: datetime
) -> bool:
    """Whether a reminder that is on the screen may stay there."""
    at = plan.get(showing.kind)
    return (
        showing.certificate == identity(snapshot) and at is not None and at <= now + CLOCK_TOLERANCE
    )
