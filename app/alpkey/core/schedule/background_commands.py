"""What the tray starts by itself, as pure rules: one row for each chore, the first one due wins.

A chore is a command that asks nobody anything.  What it learns lies in files, and the tray sees it
there as it sees everything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alpkey.core.state.snapshot import Snapshot
from alpkey.core.updates.releases import ASK_EVERY

DOCTOR_EVERY = timedelta(hours=1)
DOCTOR_WHILE_WARNING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BackgroundCommand:
    """``is_due(look, since, now)`` where the chore was done last at ``since``."""

    name: str
    arguments: tuple[str, ...]
    is_due: Callable[[Snapshot, datetime, datetime], bool]


def _doctor_is_due(snapshot: Snapshot, since: datetime, now: datetime) -> bool:
    """Now and then; sooner while a warning stands, and at once where another key came."""
    if since > now:
        return True  # the clock was set back
    came_s = snapshot.stamp.mtime_ns // 10**9
    if since.timestamp() < came_s <= now.timestamp():
        return True
    return now - since >= (DOCTOR_WHILE_WARNING if snapshot.warnings else DOCTOR_EVERY)


def _updates_are_due(snapshot: Snapshot, since: datetime, now: datetime) -> bool:
    """The command itself knows when it asked last, which another tray may have done."""
    return snapshot.wants_news and (since > now or now - since >= ASK_EVERY)


BACKGROUND_COMMANDS = (
    BackgroundCommand("doctor", ("doctor", "--quick"), _doctor_is_due),
    BackgroundCommand("updates", ("updates", "--unasked"), _updates_are_due),
)


def next_command(
    snapshot: Snapshot, done: Mapping[str, datetime], now: datetime
) -> BackgroundCommand | None:
    """What to start at ``now``, where each chore was started last at ``done``.

    Nothing while somebody renews: what would be found changes under the eyes.
    """
    if snapshot.working:
        return None
    never = datetime.min.replace(tzinfo=UTC)
    return next(
        (
            one
            for one in BACKGROUND_COMMANDS
            if one.is_due(snapshot, done.get(one.name, never), now)
        ),
        None,
    )
