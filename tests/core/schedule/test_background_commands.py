"""What the tray starts by itself, and when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alpkey.core.schedule.background_commands import next_command
from alpkey.core.state.snapshot import Snapshot, Stamp
from tests.core.state.test_snapshot import HOUR, MISSING, NOW, snapshot

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WARNED = replace(snapshot(), warnings=("key-open",))


def installed(at: datetime) -> Snapshot:
    return replace(snapshot(), stamp=Stamp(int(at.timestamp()) * 10**9, 2000))


@pytest.mark.parametrize(
    ("seen", "since", "due"),
    [
        (snapshot(), None, True),
        (MISSING, None, True),
        (snapshot(), NOW - HOUR, True),
        (snapshot(), NOW - 59 * MINUTE, False),
        (WARNED, NOW - 5 * MINUTE, True),
        (WARNED, NOW - 4 * MINUTE, False),
        (installed(NOW - MINUTE), NOW - 2 * MINUTE, True),
        (installed(NOW - 3 * MINUTE), NOW - 2 * MINUTE, False),
        (installed(NOW + MINUTE), NOW - 2 * MINUTE, False),  # a clock elsewhere is ahead
        (snapshot(), NOW + HOUR, True),  # this computer's clock was set back
        (replace(snapshot(), working=True), None, False),
    ],
)
def test_when_the_doctor_runs(seen: Snapshot, since: datetime | None, due: bool) -> None:
    command = next_command(seen, {} if since is None else {"doctor": since}, NOW)
    assert (command is not None) is due
    assert command is None or command.arguments == ("doctor", "--quick")


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
def test_when_updates_are_checked(wanted: bool, since: datetime | None, due: bool) -> None:
    done = {"doctor": NOW} if since is None else {"doctor": NOW, "updates": since}
    command = next_command(replace(snapshot(), wants_news=wanted), done, NOW)
    assert (command is not None) is due
    assert command is None or command.arguments == ("updates", "--unasked")
