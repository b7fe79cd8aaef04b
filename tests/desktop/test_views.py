"""What is shown, state by state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alpkey.core.look import Look
from alpkey.core.quota import Quota
from alpkey.core.releases import Release
from alpkey.core.reminder import Kind
from alpkey.desktop import views
from alpkey.desktop.signs import IconView, Ring, Sign
from tests.core.test_look import HOUR, MISSING, NOW, look

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (look(-12 * HOUR, 12 * HOUR), IconView(Sign.NUMBER, "12", Ring.FULL, 4)),
        (look(-HOUR, 23 * HOUR - MINUTE), IconView(Sign.NUMBER, "22", Ring.FULL, 8)),
        (look(-23 * HOUR, HOUR), IconView(Sign.NUMBER, "1", Ring.DASHED, 1)),
        (look(-23 * HOUR, 59 * MINUTE), IconView(Sign.NUMBER, "59", Ring.DASHED, 1)),
        (look(None, None), IconView(Sign.NUMBER, "\N{INFINITY}", Ring.FULL, 8)),
        (look(-HOUR, timedelta(0)), IconView(Sign.CROSSED)),
        (look(HOUR, 2 * HOUR), IconView(Sign.WARNING, eighths=8)),
        (MISSING, IconView(Sign.HOLLOW, "", Ring.DOTTED, 8)),
    ],
)
def test_the_icon_of_each_state(seen: Look, icon: IconView) -> None:
    assert views.icon(seen, NOW) == icon


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (look(-12 * HOUR, 12 * HOUR), IconView(Sign.BARE, "", Ring.FULL, 4)),
        (look(-23 * HOUR, HOUR), IconView(Sign.BARE, "", Ring.DASHED, 1)),
        (look(-HOUR, timedelta(0)), IconView(Sign.CROSSED)),
        (MISSING, IconView(Sign.HOLLOW, "", Ring.DOTTED, 8)),
    ],
)
def test_the_ring_alone_where_no_number_is_wanted(seen: Look, icon: IconView) -> None:
    assert views.icon(seen, NOW, numbered=False) == icon


WARNED = ("key-open",)


@pytest.mark.parametrize(
    ("seen", "icon"),
    [
        (look(-12 * HOUR, 12 * HOUR), IconView(Sign.WARNING, "", Ring.FULL, 4)),
        (look(-23 * HOUR, HOUR), IconView(Sign.WARNING, "", Ring.DASHED, 1)),
        (look(-HOUR, timedelta(0)), IconView(Sign.CROSSED)),
        (look(trouble="odd"), IconView(Sign.WARNING, "", Ring.FULL, 8)),
        (MISSING, IconView(Sign.HOLLOW, "", Ring.DOTTED, 8)),
    ],
)
def test_the_icon_where_something_will_stop_a_login(seen: Look, icon: IconView) -> None:
    """What a renewal has to mend first is shown first."""
    assert views.icon(replace(seen, warnings=WARNED), NOW) == icon


@pytest.mark.parametrize(
    ("warnings", "line"),
    [
        ((), ""),
        (WARNED, "Others may read the private key"),
        (("key-open", "ssh-old", "agent-hangs"), "Others may read the private key (and 2 more)"),
        (("of-a-later-version",), "Something will stop a login"),
    ],
)
def test_what_will_stop_a_login_is_said_in_menu_and_tooltip(
    warnings: tuple[str, ...], line: str
) -> None:
    good = replace(look(), warnings=warnings)
    assert views.menu(good, NOW).warning == line
    assert views.tooltip("CSCS", good, NOW).endswith(f"quota unknown. {line}" if line else "known")
    assert views.menu(replace(MISSING, warnings=warnings), NOW).warning == ""


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (look(before=13 * HOUR + 42 * MINUTE), "Key valid until Thu 01:42 - 13 h 42 min left"),
        (look(None, None), "Key valid for ever"),
        (look(before=-HOUR), "Key expired Wed 11:00"),
        (look(after=HOUR), "Key not valid yet; check this computer's clock"),
        (look(trouble="odd"), "The key cannot be used"),
        (MISSING, "There is no key yet"),
    ],
)
def test_the_state_in_words(seen: Look, line: str) -> None:
    assert views.state_line(seen, NOW) == line


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
    assert views.quota_line(known, NOW) == line


def test_every_label_has_a_letter_of_its_own_where_one_is_left() -> None:
    assert views.with_mnemonics(["ab", "a", "ba c"]) == ["a&b", "&a", "ba &c"]
    assert views.with_mnemonics(["Key", "key"], taken="e") == ["&Key", "ke&y"]
    assert views.with_mnemonics(["a", "A", "?"]) == ["&a", "&A", "?"]
    assert views.with_mnemonics(["ab", "ba", "abc"], taken="c") == ["&ab", "&ba", "&abc"]
    assert views.with_mnemonics(["c"], taken="c") == ["c"]
    assert views.mnemonics(["&Key", "none", "a &b"]) == "kb"


def test_the_tooltip_holds_no_minutes_that_run() -> None:
    seen = look(before=13 * HOUR)
    assert views.tooltip("CSCS", seen, NOW) == views.tooltip("CSCS", seen, NOW + MINUTE)


@pytest.mark.parametrize("kind", Kind)
def test_every_reminder_has_words(kind: Kind) -> None:
    said = views.reminder(kind.code, "CSCS", look(before=13 * HOUR), NOW)
    assert "CSCS" in said.title
    assert "Thu 01:00" in said.title + said.body
    assert "{" not in said.title + said.body
    assert (said.renew, said.later) == ("Renew", "Later")


@pytest.mark.parametrize(("second", "left"), [(0, 1.0), (15, 0.5), (27, 0.1), (30, 1.0), (45, 0.5)])
def test_how_much_of_a_codes_step_is_left(second: int, left: float) -> None:
    now = NOW.replace(second=second)
    assert views.step_left(now, 30) == pytest.approx(left)


def test_a_key_of_another_user_is_not_good_for_long() -> None:
    mine = look()
    assert views.good_for_long(mine, NOW)
    assert views.good_for_long(replace(mine, account=None), NOW)
    assert not views.good_for_long(replace(mine, account="bob"), NOW)
    assert not views.good_for_long(look(before=HOUR), NOW)


def test_a_newer_version_is_told_of_in_the_menu() -> None:
    told = views.menu(replace(look(), newer=Release("99.0", "https://a.page/")), NOW)
    assert told.news == "Alpkey 99.0 is there\N{HORIZONTAL ELLIPSIS}"
    assert told.news_page == "https://a.page/"
    assert views.menu(look(), NOW).news == ""
