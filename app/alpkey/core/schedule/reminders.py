"""When the user is reminded that a key expires, as pure rules.

Each certificate has a plan: a time for each kind of reminder.  The most urgent one whose time has
come is shown once, and replaces those before it: after a sleep over two of them one is shown.
``now`` is always in the user's time zone, with its daylight saving.
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
# A clock that is set back by more than this was wrong before, and so were its reminders.
CLOCK_TOLERANCE = timedelta(minutes=10)
# So many certificates are remembered: a key may be restored from a backup.
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
        """Its name in messages and files."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one certificate, named as ``identity`` does."""

    certificate: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Snooze:
    """The user answered ``reminder`` with "Later"."""

    reminder: Reminder
    until: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """The last reminder that was shown for each certificate, the latest certificate last.

    ``first_start_shown``: whether the first start has opened by itself, which it does once.
    """

    shown: Mapping[str, Kind] = field(default_factory=dict)
    snooze: Snooze | None = None
    first_start_shown: bool = False

    def with_shown(self, reminder: Reminder) -> "Memory":
        """The memory once ``reminder`` was shown."""
        shown = {name: kind for name, kind in self.shown.items() if name != reminder.certificate}
        shown[reminder.certificate] = reminder.kind
        return replace(self, shown=dict(list(shown.items())[-REMEMBERED:]), snooze=None)

    def with_snooze(self, reminder: Reminder, now: datetime) -> "Memory":
        """The memory once the user answered ``reminder`` with "Later"."""
        return replace(self, snooze=Snooze(reminder, now.astimezone(UTC) + SNOOZE))


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the reminder off the screen: it is no longer true."""


@dataclass(frozen=True, slots=True)
class RenewAutomatically:
    """Start a renewal that needs no user."""


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
    """What to do at ``now``: renew, show this reminder instead of any other, withdraw it, nothing.

    ``showing`` is on the screen.  While ``held`` - the screen is locked, or the computer has just
    woken - nothing new is shown; what was due is shown afterwards.  With ``may_renew`` a renewal
    comes before any reminder.
    """
    plan = _plan(snapshot, settings, now)
    if showing is not None and not _still_true(showing, snapshot, plan, now):
        return Withdraw()
    if held or snapshot.working:
        return None
    if may_renew and _is_auto_renewal_due(snapshot, settings, now):
        return RenewAutomatically()
    return _due(snapshot, memory, plan, now)


def reminder_to_snooze(
    snapshot: Snapshot, memory: Memory, settings: Settings, now: datetime
) -> Reminder | None:
    """The reminder that can be snoozed now; None before the first one and during a snooze."""
    plan = _plan(snapshot, settings, now)
    shown = memory.shown.get(identity(snapshot) or "")
    if shown is None or not plan or _snooze(snapshot, memory, now) is not None:
        return None
    return Reminder(identity(snapshot) or "", shown)


def identity(snapshot: Snapshot) -> str | None:
    """The certificate's name in the memory; None where it never expires or there is none.

    It includes the end, because an authority may give every certificate the serial 0.
    """
    certificate = snapshot.certificate
    if certificate is None or certificate.valid_before is None:
        return None
    return f"{certificate.serial}@{rfc3339(certificate.valid_before)}"


def _is_auto_renewal_due(snapshot: Snapshot, settings: Settings, now: datetime) -> bool:
    """At the times of the reminders, whether they are switched on or not, but not too early.

    A reminder a day before the end does not mean that a key is renewed every hour.
    """
    end = snapshot.certificate.valid_before if snapshot.certificate else None
    if end is None or settings.keep_sign_in == "no":
        return False
    times = [
        at if kind is Kind.WILL_IT_LAST else max(at, end - auto_renewal.LEAD)
        for kind, at in _due_times(snapshot, settings, now).items()
    ]
    return auto_renewal.is_due(snapshot, identity(snapshot), times, now)


def _plan(snapshot: Snapshot, settings: Settings, now: datetime) -> dict[Kind, datetime]:
    """When each reminder of this certificate is shown, in UTC; empty where none ever is."""
    return _due_times(snapshot, settings, now) if settings.reminders else {}


def _due_times(snapshot: Snapshot, settings: Settings, now: datetime) -> dict[Kind, datetime]:
    """When each reminder of this certificate falls due, in UTC; empty where none ever does.

    A reminder that falls before the renewal or right after it is left out: the user has just
    renewed.  The end itself is announced however soon after the renewal it comes.
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
    """When to warn that the key expires before work starts the next day; None where it does not."""
    last_day = end.astimezone(zone).date()
    for day in (last_day - _DAY, last_day):
        asked_at = _local(day, settings.will_it_last_at, zone)
        if asked_at < end < _local(day + _DAY, settings.work_starts_at, zone):
            return asked_at
    return None


def _local(day: date, at: time, zone: tzinfo) -> datetime:
    """That local time in UTC: times in the same zone would be compared without their offset."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _renewed_at(snapshot: Snapshot, now: datetime) -> datetime | None:
    """When the certificate was installed, from its start and its file time; never after ``now``."""
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
    if due is None or due <= _shown(memory.shown.get(name), plan, now):
        return None
    if due is Kind.WILL_IT_LAST and plan[due].astimezone(now.tzinfo).date() != now.date():
        return None  # that evening is over
    return Reminder(name, due)


def _shown(kind: Kind | None, plan: Mapping[Kind, datetime], now: datetime) -> int:
    """``kind`` was shown; 0 where a wrong clock was the reason, so that its time is yet to come."""
    if kind is None or plan.get(kind, now) > now + CLOCK_TOLERANCE:
        return 0
    return kind


def _most_urgent(plan: Mapping[Kind, datetime], now: datetime) -> Kind | None:
    return max((kind for kind, at in plan.items() if at <= now), default=None)


def _snooze(snapshot: Snapshot, memory: Memory, now: datetime) -> Snooze | None:
    """The snooze of this certificate, until its reminder is shown again.

    A snooze that ends too far ahead was set before the clock was set back, and is ignored.
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
