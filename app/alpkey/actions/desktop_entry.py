"""Start at login, and an entry in the desktop's menu: put there, taken away, looked at."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.desktop.ports import ExternalFiles
from alpkey.core.events import Action, Answer, Event, Warn
from alpkey.core.results.desktop import AutostartResult, MenuEntryResult


@dataclass(frozen=True, slots=True)
class DesktopWorld:
    """What this platform wants: the file that starts us at login, and those of the menu.

    ``is_switched_on`` reads such a file, which a desktop may have changed.
    """

    outside: ExternalFiles
    autostart: ExternalFile
    menu: tuple[ExternalFile, ...]
    is_switched_on: Callable[[bytes], bool]


def autostart_status(world: DesktopWorld) -> Action[AutostartResult]:
    """The result holds ``on``, ``path``, and ``current``: whether this very program is started."""
    yield from ()
    there = world.outside.content(world.autostart.path)
    on = there is not None and world.is_switched_on(there)
    return {
        "on": on,
        "path": str(world.autostart.path),
        "current": on and there == world.autostart.content,
    }


def autostart_on(world: DesktopWorld) -> Action[AutostartResult]:
    """Starts the tray at every login from now on.  Raises InvalidFile."""
    yield from _told(world.outside.put(world.autostart))
    return (yield from autostart_status(world))


def autostart_off(world: DesktopWorld) -> Action[AutostartResult]:
    """Ends that.  Raises InvalidFile."""
    yield from _told(world.outside.take_away(world.autostart))
    return (yield from autostart_status(world))


def install(world: DesktopWorld) -> Action[MenuEntryResult]:
    """Puts us into the menu; the result holds ``installed`` and the ``paths``.  Raises
    InvalidFile.
    """
    for file in world.menu:
        yield from _told(world.outside.put(file))
    return {"installed": True, "paths": [str(file.path) for file in world.menu]}


def follow(world: DesktopWorld) -> Generator[Event, Answer, None]:
    """Brings the menu up to date where we are in it.  Raises InvalidFile."""
    if world.outside.holds(world.menu[0]):
        yield from install(world)


def remove(world: DesktopWorld) -> Action[MenuEntryResult]:
    """Takes us out of the menu.  Raises InvalidFile."""
    for file in world.menu:
        yield from _told(world.outside.take_away(file))
    return {"installed": False, "paths": []}


def _told(kept: Path | None) -> Generator[Event, Answer, None]:
    if kept:
        yield Warn("file-kept", {"path": str(kept)})
