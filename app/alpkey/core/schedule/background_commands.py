"""The commands that the tray starts by itself, as pure rules: a row each, the first due one wins.

They ask the user nothing.  Their results are in files, which the tray watches anyway.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from alpkey.core.state.snapshot import Snapshot
from alpkey.core.updates.releases import ASK_EVERY

DOCTOR_EVERY = timedelta(hours=1)
DOCTOR_WHILE_WARNING = timedelta(minutes=5)
RECOVERY_EVERY = timedelta(minutes=1)


class BackgroundCommand(NamedTuple):
    """``is_due(snapshot, since, now)``, where the command was started last at ``since``.

    ``at_once``: not held back while the computer is busy after a login.
    """

    name: str
    arguments: tuple[str, ...]
    is_due: Callable[[Snapshot, datetime, datetime], bool]
    at_once: bool = False


def _doctor_is_due(snapshot: Snapshot, since: datetime, now: datetime) -> bool:
    """Regularly; more often while there is a warning, and at once after a key was installed."""
    if since > now:
        return True  # the clock was set back
    installed_s = snapshot.stamp.mtime_ns // 10**9
    if since.timestamp() < installed_s <= now.timestamp():
        return True
    return now - since >= (DOCTOR_WHILE_WARNING if snapshot.warnings else DOCTOR_EVERY)


def _updates_are_due(snapshot: Snapshot, since: datetime, now: datetime) -> bool:
    """The command itself checks when the feed was last asked, maybe by another tray."""
    return snapshot.wants_news and (since > now or now - since >= ASK_EVERY)


def _recovery_is_due(snapshot: Snapshot, since: datetime, now: datetime) -> bool:
    """Every command finishes an installation that was cut off before it does anything else."""
    return snapshot.interrupted and (since > now or now - since >= RECOVERY_EVERY)


BACKGROUND_COMMANDS = (
    BackgroundCommand("recovery", ("doctor", "--quick"), _recovery_is_due, at_once=True),
    BackgroundCommand("doctor", ("doctor", "--quick"), _doctor_is_due),
    BackgroundCommand("updates", ("updates", "--unasked"), _updates_are_due),
)


def next_command(
    snapshot: Snapshot, done: Mapping[str, datetime], now: datetime, *, busy: bool = False
) -> BackgroundCommand | None:
    """The command to start at ``now``; ``done`` is when each one was started last.

    ``busy``: right after a login, when only what cannot wait is started.

    None while a renewal is running, which changes what would be found.
    """
    if snapshot.working:
        return None
    never = datetime.min.replace(tzinfo=UTC)
    return next(
        (
            command
            for command in BACKGROUND_COMMANDS
            if (command.at_once or not busy)
            and command.is_due(snapshot, done.get(command.name, never), now)
        ),
        None,
    )
