"""Whether there is a newer version of Alpkey.  It is told, and left to the person to get."""

from contextlib import suppress
from dataclasses import dataclass

from alpkey.core.errors import AlpkeyError, InvalidInput, Unreachable
from alpkey.core.events import Action
from alpkey.core.messages.describe import describe
from alpkey.core.ports import Clock
from alpkey.core.results.updates import UpdatesResult
from alpkey.core.updates.ports import ReleaseFeed, ReleaseMemory
from alpkey.core.updates.releases import LastUpdateCheck, is_brought


@dataclass(frozen=True, slots=True)
class UpdatesWorld:
    """``feed`` is None where the site names none.

    ``here`` is the version that runs, ``build`` what it came from; ``wish`` is the setting.
    """

    site_name: str
    feed: ReleaseFeed | None
    memory: ReleaseMemory
    here: str
    build: str
    wish: bool
    clock: Clock


def updates(world: UpdatesWorld, *, unasked: bool) -> Action[UpdatesResult]:
    """The result: ``version`` that runs, ``newest``, its ``page``, and whether it is ``newer``.

    ``unasked``, the feed is asked once a day at most, where the person wants that and no package
    manager brings newer versions anyway; and one that cannot be reached is asked the next day.
    Raises Unreachable, InvalidInput, InvalidFile.
    """
    yield from ()
    told = world.memory.read()
    if not unasked:
        told = _ask(told, world)
    elif _is_due(told, world):
        with suppress(AlpkeyError):
            told = _ask(told, world)
    newest = told.newest if told else None
    return {
        "version": world.here,
        "newest": newest.version if newest else None,
        "page": newest.page if newest else None,
        "newer": bool(told and told.newer_than(world.here)),
    }


def _is_due(told: LastUpdateCheck | None, world: UpdatesWorld) -> bool:
    wanted = world.wish and world.feed and not is_brought(world.build)
    return bool(wanted) and (told is None or told.is_old(world.clock()))


def _ask(before: LastUpdateCheck | None, world: UpdatesWorld) -> LastUpdateCheck:
    """What the feed says now; where it is away, what it said ``before`` stays."""
    if world.feed is None:
        raise InvalidInput("no-feed", site=world.site_name)
    now = world.clock()
    try:
        told = LastUpdateCheck(now, world.feed.newest())
    except Unreachable as error:
        world.memory.write(LastUpdateCheck(now, before.newest if before else None))
        raise Unreachable("no-news", why=describe(error).title) from None
    world.memory.write(told)
    return told
