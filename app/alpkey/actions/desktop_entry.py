"""The start at login and the entry in the desktop's menu: added, removed, checked."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.desktop.ports import ExternalFiles
from alpkey.core.events import Action, Answer, Event, Warn
from alpkey.core.results.desktop import AutostartResult, MenuEntryResult


@dataclass(frozen=True, slots=True)
class DesktopWorld:
    """The platform's files: the one that starts Alpkey at login, and those of the menu.

    ``is_switched_on`` reads the former, which a desktop may have changed.
    """

    outside: ExternalFiles
    autostart: ExternalFile
    menu: tuple[ExternalFile, ...]
    is_switched_on: Callable[[bytes], bool]


def autostart_status(world: DesktopWorld) -> Action[AutostartResult]:
    """Whether Alpkey starts at login, and whether it is this very program."""
    yield from ()
    content = world.outside.content(world.autostart.path)
    on = content is not None and world.is_switched_on(content)
    return {
        "on": on,
        "path": str(world.autostart.path),
        "current": on and content == world.autostart.content,
    }


def autostart_on(world: DesktopWorld) -> Action[AutostartResult]:
    """Start the tray at every login.  Raises InvalidFile."""
    yield from _report_kept(world.outside.put(world.autostart))
    return (yield from autostart_status(world))


def autostart_off(world: DesktopWorld) -> Action[AutostartResult]:
    """Do not start at login.  Raises InvalidFile."""
    yield from _report_kept(world.outside.take_away(world.autostart))
    return (yield from autostart_status(world))


def install(world: DesktopWorld) -> Action[MenuEntryResult]:
    """Add Alpkey to the menu.  Raises InvalidFile."""
    for file in world.menu:
        yield from _report_kept(world.outside.put(file))
    return {"installed": True, "paths": [str(file.path) for file in world.menu]}


def follow(world: DesktopWorld) -> Generator[Event, Answer, None]:
    """Update the menu entry, if there is one.  Raises InvalidFile."""
    if world.outside.holds(world.menu[0]):
        yield from install(world)


def remove(world: DesktopWorld) -> Action[MenuEntryResult]:
    """Remove Alpkey from the menu.  Raises InvalidFile."""
    for file in world.menu:
        yield from _report_kept(world.outside.take_away(file))
    return {"installed": False, "paths": []}


def _report_kept(backup: Path | None) -> Generator[Event, Answer, None]:
    if backup:
        yield Warn("file-kept", {"path": str(backup)})
