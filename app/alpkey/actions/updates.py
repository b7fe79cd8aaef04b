"""Find out whether there is a newer version of Alpkey; it is never downloaded."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from alpkey.core.errors import AlpkeyError, InvalidInput, Unreachable
from alpkey.core.events import Action
from alpkey.core.messages.describe import describe
from alpkey.core.results.updates import UpdatesResult
from alpkey.core.timestamps import Clock
from alpkey.core.updates.releases import LastUpdateCheck, Release, is_brought


@dataclass(frozen=True, slots=True)
class UpdatesWorld:
    """``newest`` asks the feed of releases; None where the site names none.

    ``here`` is the version that runs, ``build`` its build; ``tell_updates`` is the setting.
    """

    site_name: str
    newest: Callable[[], Release | None] | None
    read_last: Callable[[], LastUpdateCheck | None]
    write_last: Callable[[LastUpdateCheck], None]
    here: str
    build: str
    tell_updates: bool
    clock: Clock


def updates(world: UpdatesWorld, *, unasked: bool) -> Action[UpdatesResult]:
    """Ask the feed for the newest version.

    With ``unasked`` at most once a day, only if the setting says so and no package manager brings
    newer versions; an unreachable feed is asked again the next day.
    Raises Unreachable, InvalidInput, InvalidFile.
    """
    yield from ()
    known = world.read_last()
    if not unasked:
        known = _ask(known, world)
    elif _is_due(known, world):
        with suppress(AlpkeyError):
            known = _ask(known, world)
    newest = known.newest if known else None
    return {
        "version": world.here,
        "newest": newest.version if newest else None,
        "page": newest.page if newest else None,
        "newer": bool(known and known.newer_than(world.here)),
    }


def _is_due(known: LastUpdateCheck | None, world: UpdatesWorld) -> bool:
    wanted = world.tell_updates and world.newest and not is_brought(world.build)
    return bool(wanted) and (known is None or known.is_old(world.clock()))


def _ask(before: LastUpdateCheck | None, world: UpdatesWorld) -> LastUpdateCheck:
    """What the feed says now; if it is unreachable, what it said ``before`` stays."""
    if world.newest is None:
        raise InvalidInput("no-feed", site=world.site_name)
    now = world.clock()
    try:
        known = LastUpdateCheck(now, world.newest())
    except Unreachable as error:
        world.write_last(LastUpdateCheck(now, before.newest if before else None))
        raise Unreachable("no-news", why=describe(error).title) from None
    world.write_last(known)
    return known
