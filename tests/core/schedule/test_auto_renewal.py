"""Automatic renewals: only while all is well, and never in a loop."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.schedule.auto_renewal import RETRY_AFTER, is_due, is_possible
from alpkey.core.schedule.reminders import (
    Memory,
    Reminder,
    RenewAutomatically,
    Withdraw,
    next_action,
)
from alpkey.core.settings.settings import Settings
from alpkey.core.state.journal_facts import AutoRenewalFailed
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import Snapshot
from tests.core.schedule.test_reminders import (
    DAY,
    HOUR,
    MINUTE,
    MORNING,
    USUAL,
    at,
    inside,
    key,
    later,
)
from tests.core.state.test_snapshot import MISSING

FOUR_LEFT = Quota(5, source="journal", as_of=MORNING, slot_ends=(later(MORNING, DAY),))


def keep(seen: Snapshot, **more: object) -> Snapshot:
    """A look at ``seen`` of somebody who stays signed in."""
    return replace(seen, stays_signed_in=True, quota=FOUR_LEFT, **more)  # type: ignore[arg-type]


KEY = keep(key(MORNING))


def failed(moment: str, *, final: bool = False) -> AutoRenewalFailed:
    return AutoRenewalFailed(at(moment), "alice", "a-code", final)


def renews_at(text: str, seen: Snapshot = KEY, settings: Settings = USUAL, **more: bool) -> bool:
    """Whether the tray would start one then."""
    action = next_action(seen, Memory(), settings, at(text), may_renew=True, **more)
    return isinstance(action, RenewAutomatically)


@pytest.mark.parametrize(
    ("moment", "renews"),
    [
        ("2026-11-25 16:49", False),
        ("2026-11-25 17:00", True),
        ("2026-11-26 06:00", True),  # the evening was slept through
        ("2026-11-26 09:04", True),
        ("2026-11-26 09:05", False),  # it has ended
    ],
)
def test_before_the_evening_reminder(moment: str, renews: bool) -> None:
    assert renews_at(moment) is renews


@pytest.mark.parametrize(
    ("moment", "renews"),
    [("2026-11-26 11:49", False), ("2026-11-26 12:00", True), ("2026-11-26 13:59", True)],
)
def test_before_the_end_of_a_key_that_lasts(moment: str, renews: bool) -> None:
    assert renews_at(moment, keep(key(at("2026-11-25 14:00")))) is renews


def test_each_key_has_its_own_time_before_the_reminders() -> None:
    minutes = [later(at("2026-11-25 16:45"), n * MINUTE) for n in range(20)]
    firsts = []
    for serial in range(200):
        seen = keep(key(MORNING, serial=serial))
        actions = (next_action(seen, Memory(), USUAL, now, may_renew=True) for now in minutes)
        firsts.append(next(n for n, action in enumerate(actions) if action))
    assert set(firsts) <= set(range(5, 16)), "none early, and none after the reminder is due"
    assert all(firsts.count(n) >= 5 for n in range(6, 15)), "spread evenly"


@pytest.mark.parametrize(
    "seen",
    [
        replace(KEY, stays_signed_in=False),
        replace(KEY, quota=Quota(5)),
        replace(KEY, quota=FOUR_LEFT._replace(slot_ends=(later(MORNING, DAY),) * 4)),
        replace(KEY, quota=FOUR_LEFT._replace(refused=True)),
        replace(KEY, trouble="It was revoked."),
        replace(KEY, has_key=False),
        replace(KEY, certificate=None),
        replace(KEY, auto_renewal_failed=(failed("2026-11-25 10:00", final=True),)),
        replace(KEY, auto_renewal_failed=(failed("2026-11-25 16:50"),)),
        replace(KEY, working=True),
    ],
    ids=lambda seen: "",
)
def test_a_reminder_is_shown_where_no_renewal_is_possible(seen: Snapshot) -> None:
    assert not renews_at("2026-11-25 17:00", seen)


def test_the_last_key_of_the_day_is_not_used() -> None:
    two = FOUR_LEFT._replace(slot_ends=(later(MORNING, DAY),) * 3)
    assert renews_at("2026-11-25 17:00", replace(KEY, quota=two))


@pytest.mark.parametrize("more", [{"held": True}])
def test_not_while_locked_nor_right_after_a_sleep(more: dict[str, bool]) -> None:
    assert not renews_at("2026-11-25 17:00", KEY, USUAL, **more)


def test_the_setting_switches_it_off_but_reminders_do_not() -> None:
    assert not renews_at("2026-11-25 17:00", KEY, replace(USUAL, keep_sign_in="no"))
    assert renews_at("2026-11-25 17:00", KEY, replace(USUAL, reminders=False))


def test_not_where_the_tray_does_not_allow_it() -> None:
    action = next_action(KEY, Memory(), USUAL, at("2026-11-25 17:00"))
    assert isinstance(action, Reminder)


def test_the_wait_after_a_failure_grows_until_no_more_is_tried() -> None:
    tries: list[datetime] = []
    seen, now = KEY, at("2026-11-25 17:00")
    while now < at("2026-11-26 09:00"):
        if is_possible(seen, now):
            tries.append(now)
            fact = AutoRenewalFailed(now, "alice", "no-network", final=False)
            seen = replace(seen, auto_renewal_failed=(*seen.auto_renewal_failed, fact))
        now = later(now, MINUTE)
    waits = [second - first for first, second in pairwise(tries)]
    assert waits == list(RETRY_AFTER)


spans = st.timedeltas(timedelta(minutes=1), DAY)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(before=spans, again=spans, asked=clocks, starts=clocks, life_h=st.integers(1, 48))
def test_no_settings_make_it_loop(
    before: timedelta, again: timedelta, asked: time, starts: time, life_h: int
) -> None:
    """Each key is kept for a quarter of its life at least."""
    settings = replace(
        USUAL,
        remind_before=before,
        remind_again=again,
        will_it_last_at=asked,
        work_starts_at=starts,
    )
    life, now = life_h * HOUR, MORNING
    seen = keep(key(now, life))
    made = [now]
    while now < later(MORNING, 2 * DAY):
        now = later(now, 7 * MINUTE)
        if isinstance(
            next_action(seen, Memory(), settings, now, may_renew=True), RenewAutomatically
        ):
            seen = keep(key(now, life, serial=len(made) + 1))
            made.append(now)
    ages = [second - first for first, second in pairwise(made)]
    assert all(age >= life / 4 for age in ages)


def test_a_key_that_never_expires_or_has_no_name_is_not_renewed() -> None:
    assert KEY.certificate
    known = KEY.certificate
    for certificate in (known._replace(valid_before=None), known._replace(valid_after=None)):
        assert not renews_at("2026-11-25 17:00", replace(KEY, certificate=certificate))
    assert not is_due(KEY, None, [MORNING], at("2026-11-25 17:00"))


@dataclass
class Week:
    """A laptop from Monday to Sunday, minute by minute; each sign-in lives for a day."""

    now: datetime = at("2026-11-23 08:00")
    end: datetime = at("2026-11-30 08:00")
    away: list[tuple[datetime, datetime]] = field(default_factory=list)
    locked: list[tuple[datetime, datetime]] = field(default_factory=list)
    losses: list[tuple[datetime, datetime]] = field(default_factory=list)
    sign_ins: list[datetime] = field(default_factory=list)
    signed_in_at: datetime | None = None
    seen: Snapshot = MISSING
    keys: list[Snapshot] = field(default_factory=list)
    tries: list[datetime] = field(default_factory=list)
    silent: list[datetime] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def run(self) -> None:
        memory, showing = Memory(), None
        while self.now < self.end:
            self.now = later(self.now, MINUTE)
            if inside(self.now, self.away):
                continue
            if self.sign_ins and self.now >= self.sign_ins[0]:
                self.signed_in_at = self.sign_ins.pop(0)
                self.seen = self.renewed()
            action = next_action(
                self.seen,
                memory,
                USUAL,
                self.now,
                showing=showing,
                held=inside(self.now, self.locked),
                may_renew=not self.tries or self.now - self.tries[-1] >= 10 * MINUTE,
            )
            match action:
                case Withdraw():
                    showing = None
                case RenewAutomatically():
                    self.try_it()
                case Reminder() as showing:
                    memory = memory.with_shown(showing)
                    self.shown.append(f"{self.now:%a %H:%M} {showing.kind.code}")

    def renewed(self) -> Snapshot:
        seen = key(self.now, serial=len(self.keys) + 1)
        self.keys.append(seen)
        ends = [key.certificate.valid_before for key in self.keys if key.certificate]
        live = tuple(end for end in ends if end and end > self.now)
        return (
            keep(seen)
            if not live
            else replace(keep(seen), quota=Quota(5, live, "journal", self.now))
        )

    def try_it(self) -> None:
        self.tries.append(self.now)
        assert self.signed_in_at
        if inside(self.now, self.losses):
            self.fails("no-network", final=False)
        elif self.now - self.signed_in_at >= DAY:
            self.fails("password-not-allowed", final=True)
            self.seen = replace(self.seen, stays_signed_in=False)
        else:
            self.silent.append(self.now)
            self.seen = self.renewed()

    def fails(self, code: str, *, final: bool) -> None:
        fact = AutoRenewalFailed(self.now, "alice", code, final)
        self.seen = replace(self.seen, auto_renewal_failed=(*self.seen.auto_renewal_failed, fact))


def test_a_week_of_a_user_who_stays_signed_in() -> None:
    """Who signs in each morning is never reminded but after the sign-in itself has run out."""
    days = [f"2026-11-{day}" for day in range(23, 30)]
    week = Week(
        away=[(at(f"{day} 20:30"), later(at(f"{day} 20:30"), 11 * HOUR)) for day in days],
        locked=[(at(f"{day} 12:00"), at(f"{day} 13:10")) for day in days]
        + [(at("2026-11-24 16:00"), at("2026-11-24 18:20"))],
        losses=[(at("2026-11-25 16:00"), at("2026-11-25 17:20"))],
        sign_ins=[at(f"{day} 09:05") for day in days[:5]],
    )
    week.run()
    # Tuesday's evening was spent behind the lock, and on Wednesday the network was away.
    assert [now.strftime("%a") for now in week.silent] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    for now in week.silent:
        usual = now.replace(hour=16, minute=50)
        assert usual <= now <= later(usual, 10 * MINUTE) or now.strftime("%a") in ("Tue", "Wed")
    assert [f"{now:%a %H:%M}" for now in week.silent if f"{now:%a}" == "Tue"] == ["Tue 18:20"]
    assert week.shown == EXPECTED
    assert len(week.keys) == 10
    assert all(later(first, 10 * MINUTE) <= second for first, second in pairwise(week.tries))
    assert len(week.tries) - len(week.silent) == 1 + WEDNESDAYS_LOSSES


WEDNESDAYS_LOSSES = 2
EXPECTED = [
    ("Wed 17:00 will-it-last"),  # without a network the user is reminded as before
    # On Saturday the sign-in has expired: one renewal is tried, and then the user is reminded.
    ("Sat 15:00 soon"),
    ("Sat 16:30 again"),
    ("Sat 17:00 expired"),
]
