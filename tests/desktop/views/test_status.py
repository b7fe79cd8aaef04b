"""What is shown, state by state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alpkey.core.schedule.reminders import Kind
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.updates.releases import Release
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views.icon_state import IconShape, IconView
from tests.core.state.test_snapshot import HOUR, MISSING, NOW, snapshot

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (snapshot(-12 * HOUR, 12 * HOUR), IconView(IconShape.NUMBER, "12", 4)),
        (snapshot(-HOUR, 23 * HOUR - MINUTE), IconView(IconShape.NUMBER, "22", 8)),
        (snapshot(-23 * HOUR, HOUR), IconView(IconShape.NUMBER, "1h", 1, expiring=True)),
        (snapshot(-23 * HOUR, 59 * MINUTE), IconView(IconShape.NUMBER, "59", 1, expiring=True)),
        (snapshot(None, None), IconView(IconShape.NUMBER, "\N{INFINITY}", 8)),
        (snapshot(-HOUR, timedelta(0)), IconView(IconShape.EXPIRED)),
        (snapshot(HOUR, 2 * HOUR), IconView(IconShape.WARNING)),
        (MISSING, IconView(IconShape.MISSING)),
    ],
)
def test_the_icon_of_each_state(seen: Snapshot, icon: IconView) -> None:
    assert status_view.icon(seen, NOW) == icon


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (snapshot(-12 * HOUR, 12 * HOUR), IconView(IconShape.RING, "", 4)),
        (snapshot(-23 * HOUR, HOUR), IconView(IconShape.RING, "", 1, expiring=True)),
        (snapshot(-HOUR, timedelta(0)), IconView(IconShape.EXPIRED)),
        (MISSING, IconView(IconShape.MISSING)),
    ],
)
def test_the_ring_alone_where_no_number_is_wanted(seen: Snapshot, icon: IconView) -> None:
    assert status_view.icon(seen, NOW, numbered=False) == icon


WARNED = ("key-open",)


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (snapshot(-12 * HOUR, 12 * HOUR), IconView(IconShape.WARNING)),
        (snapshot(-23 * HOUR, HOUR), IconView(IconShape.WARNING)),
        (snapshot(-HOUR, timedelta(0)), IconView(IconShape.EXPIRED)),
        (snapshot(trouble="odd"), IconView(IconShape.WARNING)),
        (MISSING, IconView(IconShape.MISSING)),
    ],
)
def test_the_icon_where_something_will_stop_a_login(seen: Snapshot, icon: IconView) -> None:
    """What a renewal has to mend first is shown first."""
    assert status_view.icon(replace(seen, warnings=WARNED), NOW) == icon


@pytest.mark.parametrize(
    ("warnings", "line"),
    [
        ((), ""),
        (WARNED, "Others may read the private key"),
        (("key-open", "ssh-old", "agent-hangs"), "Others may read the private key (and 2 more)"),
        (("of-a-later-version",), "Something will stop a login"),
    ],
)
def test_menu_and_tooltip_warn_of_what_will_stop_a_login(
    warnings: tuple[str, ...], line: str
) -> None:
    good = replace(snapshot(), warnings=warnings)
    assert status_view.menu(good, NOW).warning == line
    assert status_view.tooltip("CSCS", good, NOW).endswith(
        f"quota unknown. {line}" if line else "known"
    )
    assert status_view.menu(replace(MISSING, warnings=warnings), NOW).warning == ""


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (snapshot(before=13 * HOUR + 42 * MINUTE), "Key valid until Thu 01:42 - 13 h 42 min left"),
        (snapshot(None, None), "Key valid for ever"),
        (snapshot(before=-HOUR), "Key expired Wed 11:00"),
        (snapshot(after=HOUR), "Key not valid yet; check this computer's clock"),
        (snapshot(trouble="odd"), "The key cannot be used"),
        (MISSING, "There is no key yet"),
    ],
)
def test_the_state_in_words(seen: Snapshot, line: str) -> None:
    assert status_view.state_line(seen, NOW) == line


def quota(used: int, source: str = "journal") -> Quota:
    ends = tuple(NOW + n * HOUR for n in range(1, used + 1))
    return Quota(5, ends, source, NOW - HOUR, certain=used)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (Quota(5), "Quota unknown"),
        (quota(2), "At most 3 of 5 keys left"),
        (quota(2, "service"), "3 of 5 keys left (as of 11:00)"),
        (quota(5), "No key left; next key at 13:00"),
    ],
)
def test_the_quota_is_never_more_certain_than_we_are(known: Quota, line: str) -> None:
    assert status_view.quota_line(known, NOW) == line


def test_every_label_has_its_own_letter_if_possible() -> None:
    assert status_view.with_mnemonics(["ab", "a", "ba c"]) == ["a&b", "&a", "ba &c"]
    assert status_view.with_mnemonics(["Key", "key"], taken="e") == ["&Key", "ke&y"]
    assert status_view.with_mnemonics(["a", "A", "?"]) == ["&a", "&A", "?"]
    assert status_view.with_mnemonics(["ab", "ba", "abc"], taken="c") == ["&ab", "&ba", "&abc"]
    assert status_view.with_mnemonics(["c"], taken="c") == ["c"]
    assert status_view.mnemonics(["&Key", "none", "a &b"]) == "kb"


def test_the_tooltip_holds_no_minutes_that_run() -> None:
    seen = snapshot(before=13 * HOUR)
    assert status_view.tooltip("CSCS", seen, NOW) == status_view.tooltip("CSCS", seen, NOW + MINUTE)


@pytest.mark.parametrize("kind", Kind)
def test_every_reminder_has_words(kind: Kind) -> None:
    notice = status_view.reminder(kind.code, "CSCS", snapshot(before=13 * HOUR), NOW)
    assert "CSCS" in notice.title
    assert "Thu 01:00" in notice.title + notice.body
    assert "{" not in notice.title + notice.body
    assert (notice.renew, notice.later) == ("Renew", "Later")


@pytest.mark.parametrize(("second", "left"), [(0, 1.0), (15, 0.5), (27, 0.1), (30, 1.0), (45, 0.5)])
def test_how_much_of_a_codes_step_is_left(second: int, left: float) -> None:
    now = NOW.replace(second=second)
    assert status_view.step_left(now, 30) == pytest.approx(left)


def test_a_key_of_another_user_is_not_good_for_long() -> None:
    mine = snapshot()
    assert status_view.good_for_long(mine, NOW)
    assert status_view.good_for_long(replace(mine, account=None), NOW)
    assert not status_view.good_for_long(replace(mine, account="bob"), NOW)
    assert not status_view.good_for_long(snapshot(before=HOUR), NOW)


def test_the_menu_announces_a_newer_version() -> None:
    menu = status_view.menu(replace(snapshot(), newer=Release("99.0", "https://a.page/")), NOW)
    assert menu.news == "Alpkey 99.0 is there\N{HORIZONTAL ELLIPSIS}"
    assert menu.news_page == "https://a.page/"
    assert status_view.menu(snapshot(), NOW).news == ""
