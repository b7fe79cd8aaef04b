"""Reminders: each once, none late, none after a renewal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.schedule.reminders import (
    QUIET_AFTER_RENEWAL,
    SNOOZE,
    Kind,
    Memory,
    Reminder,
    Withdraw,
    identity,
    next_action,
    reminder_to_snooze,
)
from alpkey.core.settings.settings import Settings
from alpkey.core.state.snapshot import Snapshot, Stamp
from tests.core.state.test_snapshot import MISSING, snapshot

ZURICH = ZoneInfo("Europe/Zurich")
USUAL = Settings()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(text: str, zone: ZoneInfo = ZURICH) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def key(begin: datetime, life: timedelta = DAY, serial: int = 1) -> Snapshot:
    """A look at a key that was made at ``begin``."""
    begin = begin.astimezone(UTC)
    seen = snapshot()
    assert seen.certificate
    certificate = seen.certificate._replace(
        serial=serial, valid_after=begin, valid_before=begin + life
    )
    stamp = Stamp(int(begin.timestamp()) * 10**9, 2000)
    return replace(seen, certificate=certificate, stamp=stamp)


def later(moment: datetime, span: timedelta) -> datetime:
    """``moment`` and ``span`` of real time; what "+" does to a clock face is another thing."""
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)


MORNING = at("2026-11-25 09:05")
KEY = key(MORNING)


def kind_at(text: str, seen: Snapshot = KEY, memory: Memory | None = None) -> Kind | None:
    """The kind of what is shown then, where ``memory`` was kept."""
    action = next_action(seen, memory or Memory(), USUAL, at(text))
    assert not isinstance(action, Withdraw)
    return action.kind if action else None


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("2026-11-25 16:59", None),
        ("2026-11-25 17:00", Kind.WILL_IT_LAST),
        ("2026-11-25 23:59", Kind.WILL_IT_LAST),
        ("2026-11-26 00:00", None),
        ("2026-11-26 07:04", None),
        ("2026-11-26 07:05", Kind.SOON),
        ("2026-11-26 08:34", Kind.SOON),
        ("2026-11-26 08:35", Kind.AGAIN),
        ("2026-11-26 09:05", Kind.EXPIRED),
        ("2026-12-20 12:00", Kind.EXPIRED),
    ],
)
def test_the_most_urgent_reminder_whose_time_has_come(moment: str, kind: Kind | None) -> None:
    assert kind_at(moment) is kind


@pytest.mark.parametrize(
    ("made_at", "asks"),
    [
        ("2026-11-25 09:59", True),
        ("2026-11-25 10:00", False),  # it lasts until work has started
        ("2026-11-25 16:30", False),
        ("2026-11-24 20:00", True),  # it ends this evening
    ],
)
def test_the_warning_that_it_expires_before_work_starts(made_at: str, asks: bool) -> None:
    assert (kind_at("2026-11-25 17:00", key(at(made_at))) is Kind.WILL_IT_LAST) is asks


def test_a_near_end_comes_before_the_evening_reminder() -> None:
    ends_at_half_past_six = key(at("2026-11-24 18:30"))
    assert kind_at("2026-11-25 17:00", ends_at_half_past_six) is Kind.SOON


def told(*kinds: Kind, seen: Snapshot = KEY) -> Memory:
    memory = Memory()
    for kind in kinds:
        memory = memory.with_shown(Reminder(identity(seen) or "", kind))
    return memory


def test_each_is_shown_once_and_never_after_a_sleep_over_it() -> None:
    assert kind_at("2026-11-26 07:05", memory=told(Kind.SOON)) is None
    assert kind_at("2026-11-26 08:40", memory=told(Kind.SOON)) is Kind.AGAIN
    assert kind_at("2026-11-26 08:40", memory=told(Kind.AGAIN)) is None
    assert kind_at("2026-11-26 09:06", memory=told(Kind.AGAIN)) is Kind.EXPIRED
    assert kind_at("2026-11-27 09:06", memory=told(Kind.EXPIRED)) is None


def test_a_key_restored_from_a_backup_is_remembered() -> None:
    other = key(MORNING, serial=2)
    memory = told(Kind.EXPIRED).with_shown(Reminder(identity(other) or "", Kind.SOON))
    assert kind_at("2026-11-26 09:06", memory=memory) is None
    assert kind_at("2026-11-26 09:06", other, memory) is Kind.EXPIRED


@pytest.mark.parametrize(
    ("life", "first"), [(HOUR, (Kind.AGAIN, 30 * MINUTE)), (MINUTE, (Kind.EXPIRED, MINUTE))]
)
def test_none_right_after_a_renewal(life: timedelta, first: tuple[Kind, timedelta]) -> None:
    """A key that lives shorter than the lead is not greeted with its end."""
    seen = key(MORNING, life)
    minutes = (later(MORNING, n * MINUTE) for n in range(120))
    shown = [(act, now) for now in minutes if (act := next_action(seen, Memory(), USUAL, now))]
    assert shown[0] == (Reminder(identity(seen) or "", first[0]), later(MORNING, first[1]))


def test_none_right_after_an_old_certificate_was_installed() -> None:
    installed = at("2026-11-26 08:00")
    imported = replace(KEY, stamp=Stamp(int(installed.timestamp()) * 10**9, 2000))
    assert kind_at("2026-11-26 08:00", imported) is None
    assert kind_at("2026-11-26 08:35", imported) is Kind.AGAIN


@pytest.mark.parametrize(
    "seen",
    [
        MISSING,
        snapshot(None, None),
        replace(KEY, trouble="It is broken."),
        replace(KEY, has_key=False),
        replace(KEY, working=True),
        key(at("2026-11-27 09:00")),
    ],
    ids=["missing", "for ever", "broken", "no private key", "renewing", "not yet valid"],
)
def test_nothing_to_remind_of(seen: Snapshot) -> None:
    for moment in ("2026-11-25 17:00", "2026-11-26 09:06"):
        assert kind_at(moment, seen) is None


def test_switching_them_off_withdraws_what_is_shown() -> None:
    off = replace(USUAL, reminders=False)
    now = at("2026-11-26 07:05")
    shown = Reminder(identity(KEY) or "", Kind.SOON)
    assert next_action(KEY, Memory(), off, now) is None
    assert next_action(KEY, Memory(), off, now, showing=shown) == Withdraw()


def test_the_moments_are_settings() -> None:
    own = Settings(
        remind_before=5 * HOUR,
        remind_again=HOUR,
        will_it_last_at=time(15, 30),
        work_starts_at=time(9),
    )
    plan = {
        "2026-11-25 15:30": None,
        "2026-11-26 04:05": Kind.SOON,
        "2026-11-26 08:05": Kind.AGAIN,
    }
    for moment, kind in plan.items():
        action = next_action(KEY, Memory(), own, at(moment))
        assert action == (kind and Reminder(identity(KEY) or "", kind))


def test_an_absurd_lead_is_only_a_long_one() -> None:
    absurd = replace(USUAL, remind_before=timedelta.max)
    assert next_action(KEY, Memory(), absurd, at("2026-11-25 12:00")) is None


def test_a_renewal_withdraws_the_reminder() -> None:
    now = at("2026-11-26 08:36")
    shown = Reminder(identity(KEY) or "", Kind.AGAIN)
    fresh = key(now, serial=2)
    assert next_action(KEY, told(Kind.AGAIN), USUAL, now, showing=shown) is None
    assert next_action(fresh, told(Kind.AGAIN), USUAL, now, showing=shown) == Withdraw()
    assert next_action(MISSING, told(Kind.AGAIN), USUAL, now, showing=shown) == Withdraw()
    # Also behind a locked screen, and while the next renewal runs.
    assert next_action(fresh, Memory(), USUAL, now, showing=shown, held=True) == Withdraw()


def test_nothing_while_locked_and_the_most_urgent_at_unlock() -> None:
    for moment in ("2026-11-26 07:05", "2026-11-26 08:35", "2026-11-26 09:05"):
        assert next_action(KEY, Memory(), USUAL, at(moment), held=True) is None
    assert kind_at("2026-11-26 09:30") is Kind.EXPIRED


def test_later_is_half_an_hour() -> None:
    now = at("2026-11-26 07:06")
    assert reminder_to_snooze(KEY, Memory(), USUAL, now) is None
    shown = reminder_to_snooze(KEY, told(Kind.SOON), USUAL, now)
    assert shown == Reminder(identity(KEY) or "", Kind.SOON)
    memory = told(Kind.SOON).with_snooze(shown, now)
    assert reminder_to_snooze(KEY, memory, USUAL, now) is None
    assert kind_at("2026-11-26 07:35", memory=memory) is None
    assert kind_at("2026-11-26 07:36", memory=memory) is Kind.SOON
    assert kind_at("2026-11-26 08:50", memory=memory) is Kind.AGAIN  # it slept meanwhile
    assert kind_at("2026-11-26 07:37", memory=memory.with_shown(shown)) is None
    assert kind_at("2026-11-27 05:06", key(now, serial=2), memory) is Kind.SOON


def test_a_snooze_lasts_over_midnight() -> None:
    shown = Reminder(identity(KEY) or "", Kind.WILL_IT_LAST)
    memory = told(Kind.WILL_IT_LAST).with_snooze(shown, at("2026-11-25 23:45"))
    assert kind_at("2026-11-26 00:15", memory=memory) is Kind.WILL_IT_LAST


def test_a_clock_that_was_wrong_suppresses_no_true_reminder() -> None:
    too_early = told(Kind.EXPIRED)
    assert kind_at("2026-11-26 07:05", memory=too_early) is Kind.SOON
    corrected = too_early.with_shown(Reminder(identity(KEY) or "", Kind.SOON))
    assert kind_at("2026-11-26 07:06", memory=corrected) is None
    shown = Reminder(identity(KEY) or "", Kind.EXPIRED)
    now = at("2026-11-25 12:00")
    assert next_action(KEY, too_early, USUAL, now, showing=shown) == Withdraw()
    # A snooze of the wrong clock lies days ahead.
    memory = told(Kind.SOON).with_snooze(shown, at("2027-11-26 12:00"))
    assert kind_at("2026-11-26 08:35", memory=memory) is Kind.AGAIN


def test_a_clock_that_is_set_back_a_little_repeats_nothing() -> None:
    assert kind_at("2026-11-26 07:01", memory=told(Kind.SOON)) is None


@pytest.mark.parametrize(
    ("made_at", "evening", "wall"),
    [
        # The night of 25 October has 25 hours, that of 29 March 23: a key that lives 24 hours
        # ends at another time of day than it was made at.
        ("2026-10-24 10:30", "2026-10-24 17:00", "09:30"),
        ("2026-03-28 09:30", None, "10:30"),
    ],
)
def test_the_nights_when_the_clocks_change(made_at: str, evening: str | None, wall: str) -> None:
    seen = key(at(made_at))
    assert seen.certificate
    assert seen.certificate.valid_before
    assert f"{seen.certificate.valid_before.astimezone(ZURICH):%H:%M}" == wall
    start = at(made_at)
    shown = [now for now, kind in _shown_over(seen, start, DAY) if kind is Kind.WILL_IT_LAST]
    assert shown == ([at(evening)] if evening else [])


def _shown_over(
    seen: Snapshot, start: datetime, span: timedelta
) -> Iterable[tuple[datetime, Kind]]:
    """What is shown from minute to minute."""
    memory = Memory()
    for n in range(span // MINUTE + 1):
        now = later(start, n * MINUTE)
        action = next_action(seen, memory, USUAL, now)
        if isinstance(action, Reminder):
            memory = memory.with_shown(action)
            yield now, action.kind


# Moments of a day and a half in minutes after the key was made, as a tray that sleeps sees them.
ticks = st.lists(st.integers(0, 36 * 60), max_size=200).map(sorted)
zones = st.sampled_from(["Europe/Zurich", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"])
begins = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001  a clock face


@given(begin=begins, zone=zones.map(ZoneInfo), minutes=ticks, lives_min=st.integers(1, 36 * 60))
def test_whenever_it_looks(
    begin: datetime, zone: ZoneInfo, minutes: list[int], lives_min: int
) -> None:
    """At any moments, in any zone: rising urgency, so each once; none early; none when new."""
    start = begin.replace(tzinfo=UTC).astimezone(zone)
    seen = key(start, lives_min * MINUTE)
    assert seen.certificate
    end = seen.certificate.valid_before
    assert end
    memory = Memory()
    kinds: list[Kind] = []
    for n in minutes:
        now = later(start, n * MINUTE)
        action = next_action(seen, memory, USUAL, now)
        assert not isinstance(action, Withdraw)
        if action is None:
            continue
        memory = memory.with_shown(action)
        kinds.append(action.kind)
        lead = {Kind.SOON: 2 * HOUR, Kind.AGAIN: 30 * MINUTE, Kind.EXPIRED: timedelta(0)}
        if action.kind is Kind.WILL_IT_LAST:
            assert now.hour >= 17
            assert now < end
        else:
            assert end - now <= lead[action.kind]
        if action.kind is not Kind.EXPIRED:
            assert n * MINUTE > QUIET_AFTER_RENEWAL
    assert all(first < second for first, second in pairwise(kinds))
    if minutes and minutes[-1] >= lives_min:
        assert kinds[-1] is Kind.EXPIRED


@given(snoozed_at_min=st.integers(0, 24 * 60), minutes=ticks)
def test_a_snooze_lasts_as_long_as_it_should(snoozed_at_min: int, minutes: list[int]) -> None:
    snoozed_at = later(MORNING, snoozed_at_min * MINUTE)
    memory = told(Kind.WILL_IT_LAST).with_snooze(
        Reminder(identity(KEY) or "", Kind.WILL_IT_LAST), snoozed_at
    )
    moments = [later(MORNING, n * MINUTE) for n in minutes if n >= snoozed_at_min]
    shown = []
    for now in moments:
        if isinstance(action := next_action(KEY, memory, USUAL, now), Reminder):
            memory = memory.with_shown(action)
            shown.append(now)
    after = [now for now in moments if now.astimezone(UTC) >= snoozed_at.astimezone(UTC) + SNOOZE]
    assert shown[:1] == after[:1]


@dataclass
class Week:
    """A laptop from Monday to Sunday, minute by minute, under a clock of the test."""

    now: datetime = at("2026-11-23 08:00")
    end: datetime = at("2026-11-30 08:00")
    sleeps: list[tuple[datetime, datetime]] = field(default_factory=list)
    losses: list[tuple[datetime, datetime]] = field(default_factory=list)
    wishes: list[datetime] = field(default_factory=list)
    shown: list[tuple[datetime, Reminder]] = field(default_factory=list)
    withdrawn: list[datetime] = field(default_factory=list)
    keys: list[Snapshot] = field(default_factory=list)

    def run(self) -> None:
        memory, showing, seen = Memory(), None, MISSING
        while self.now < self.end:
            self.now = later(self.now, MINUTE)
            if inside(self.now, self.sleeps):
                continue
            if self.wishes and self.now >= self.wishes[0] and not inside(self.now, self.losses):
                self.wishes.pop(0)
                seen = key(self.now, serial=len(self.keys) + 1)
                self.keys.append(seen)
            match next_action(seen, memory, USUAL, self.now, showing=showing):
                case Withdraw():
                    showing = None
                    self.withdrawn.append(self.now)
                case Reminder() as showing:
                    memory = memory.with_shown(showing)
                    self.shown.append((self.now, showing))


def inside(now: datetime, spans: list[tuple[datetime, datetime]]) -> bool:
    return any(begin <= now < end for begin, end in spans)


def usual_week() -> Week:
    """14 sleeps, 7 renewals, 5 losses of the network."""
    days = [f"2026-11-{day}" for day in range(23, 30)]
    return Week(
        # At noon, and from the evening until the next morning.
        sleeps=[(at(f"{day} 12:00"), at(f"{day} 13:10")) for day in days]
        + [(at(f"{day} 20:30"), later(at(f"{day} 20:30"), 11 * HOUR)) for day in days],
        losses=[(at(f"{day} 09:00"), at(f"{day} 09:25")) for day in days[:5]],
        wishes=[
            at("2026-11-23 09:05"),
            at("2026-11-24 09:10"),  # after its end, and into a loss of the network
            at("2026-11-25 08:50"),
            at("2026-11-25 17:00"),  # at the question
            at("2026-11-26 16:50"),
            at("2026-11-27 14:00"),
            at("2026-11-28 13:55"),
        ],
    )


def test_a_week_with_sleeps_renewals_and_losses_of_the_network() -> None:
    """Each reminder once, none late, none after a renewal."""
    week = usual_week()
    week.run()
    assert len(week.keys) == 7
    names = [reminder for _, reminder in week.shown]
    assert len(names) == len(set(names))
    lives = dict(_lives(week))
    for now, reminder in week.shown:
        begin, end = lives[reminder.certificate]
        assert begin + QUIET_AFTER_RENEWAL < now.astimezone(UTC) < end
    assert [(f"{now:%a %H:%M}", reminder.kind) for now, reminder in week.shown] == EXPECTED
    # Whatever was on the screen as a key was renewed left it in that minute.
    assert [f"{now:%a %H:%M}" for now in week.withdrawn] == [
        "Tue 09:25",
        "Wed 08:50",
        "Thu 16:50",
        "Sat 13:55",
    ]


def _lives(week: Week) -> Iterable[tuple[str, tuple[datetime, datetime]]]:
    """From when to when each key of the week was in use."""
    begins = [key.certificate.valid_after for key in week.keys if key.certificate]
    for key, begin, end in zip(week.keys, begins, [*begins[1:], week.end], strict=True):
        assert begin
        assert end
        yield identity(key) or "", (begin, end.astimezone(UTC))


EXPECTED = [
    # The first key is from Mon 09:25, when the network is back.
    ("Mon 17:00", Kind.WILL_IT_LAST),
    ("Tue 07:30", Kind.SOON),  # it fell due at 07:25, asleep
    ("Tue 08:55", Kind.AGAIN),
    # The second is from Tue 09:25, the minute in which the first ends.
    ("Tue 17:00", Kind.WILL_IT_LAST),
    ("Wed 07:30", Kind.SOON),
    # The third is from Wed 08:50, the fourth from 17:00, before anybody could ask.
    ("Thu 15:00", Kind.SOON),
    ("Thu 16:30", Kind.AGAIN),
    # The fifth is from Thu 16:50, the sixth from Fri 14:00.
    ("Sat 13:10", Kind.SOON),  # due at noon, asleep
    ("Sat 13:30", Kind.AGAIN),
    # The last is from Sat 13:55.
    ("Sun 11:55", Kind.SOON),
    ("Sun 13:25", Kind.AGAIN),
    ("Sun 13:55", Kind.EXPIRED),
]
