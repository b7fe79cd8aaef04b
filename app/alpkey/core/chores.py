"""What the tray starts by itself, as pure rules: one row for each chore, the first one due wins.

A chore is a command that asks nobody anything.  What it learns lies in files, and the tray sees it
there as it sees everything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alpkey.core.look import Look
from alpkey.core.releases import ASK_EVERY

DOCTOR_EVERY = timedelta(hours=1)
DOCTOR_WHILE_WARNING = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Chore:
    """``is_due(look, since, now)`` where the chore was done last at ``since``."""

    name: str
    arguments: tuple[str, ...]
    is_due: Callable[[Look, datetime, datetime], bool]


def _doctor_is_due(look: Look, since: datetime, now: datetime) -> bool:
    """Now and then; sooner while a warning stands, and at once where another key came."""
    if since > now:
        return True  # the clock was set back
    came_s = look.stamp.mtime_ns // 10**9
    if since.timestamp() < came_s <= now.timestamp():
        return True
    return now - since >= (DOCTOR_WHILE_WARNING if look.warnings else DOCTOR_EVERY)


def _updates_are_due(look: Look, since: datetime, now: datetime) -> bool:
    """The command itself knows when it asked last, which another tray may have done."""
    return look.wants_news and (since > now or now - since >= ASK_EVERY)


CHORES = (
    Chore("doctor", ("doctor", "--quick"), _doctor_is_due),
    Chore("updates", ("updates", "--unasked"), _updates_are_due),
)


def next_chore(look: Look, done: Mapping[str, datetime], now: datetime) -> Chore | None:
    """What to start at ``now``, where each chore was started last at ``done``.

    Nothing while somebody renews: what would be found changes under the eyes.
    """
    if look.working:
        return None
    never = datetime.min.replace(tzinfo=UTC)
    return next((one for one in CHORES if one.is_due(look, done.get(one.name, never), now)), None)
