"""What the tray starts by itself, and when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alpkey.core.chores import next_chore
from alpkey.core.look import Look, Stamp
from tests.core.test_look import HOUR, MISSING, NOW, look

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WARNED = replace(look(), warnings=("key-open",))


def installed(at: datetime) -> Look:
    return replace(look(), stamp=Stamp(int(at.timestamp()) * 10**9, 2000))


@pytest.mark.parametrize(
    ("seen", "since", "due"),
    [
        (look(), None, True),
        (MISSING, None, True),
        (look(), NOW - HOUR, True),
        (look(), NOW - 59 * MINUTE, False),
        (WARNED, NOW - 5 * MINUTE, True),
        (WARNED, NOW - 4 * MINUTE, False),
        (installed(NOW - MINUTE), NOW - 2 * MINUTE, True),
        (installed(NOW - 3 * MINUTE), NOW - 2 * MINUTE, False),
        (installed(NOW + MINUTE), NOW - 2 * MINUTE, False),  # a clock elsewhere is ahead
        (look(), NOW + HOUR, True),  # ours was set back
        (replace(look(), working=True), None, False),
    ],
)
def test_when_the_doctor_looks(seen: Look, since: datetime | None, due: bool) -> None:
    chore = next_chore(seen, {} if since is None else {"doctor": since}, NOW)
    assert (chore is not None) is due
    assert chore is None or chore.arguments == ("doctor", "--quick")


@pytest.mark.parametrize(
    ("wanted", "since", "due"),
    [
        (True, None, True),
        (True, NOW - DAY, True),
        (True, NOW - DAY + MINUTE, False),
        (True, NOW + HOUR, True),
        (False, None, False),
    ],
)
def test_when_newer_versions_are_asked_for(wanted: bool, since: datetime | None, due: bool) -> None:
    done = {"doctor": NOW} if since is None else {"doctor": NOW, "updates": since}
    chore = next_chore(replace(look(), wants_news=wanted), done, NOW)
    assert (chore is not None) is due
    assert chore is None or chore.arguments == ("updates", "--unasked")
