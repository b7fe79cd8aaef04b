"""Settings, the entry in the desktop's menu, and newer versions."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from alpkey import __version__
from alpkey.adapters.clock import now
from alpkey.core.errors import InvalidFile
from alpkey.glance import resources, site_names
from alpkey.shipped import build
from alpkey.wiring.agent import load_anew
from alpkey.wiring.base import own_command

if TYPE_CHECKING:
    from alpkey.actions.desktop_entry import DesktopWorld
    from alpkey.actions.settings import SettingsWorld
    from alpkey.core.events import Action
    from alpkey.core.results.updates import UpdatesResult
    from alpkey.core.settings.settings import Setting
    from alpkey.wiring.base import Wiring


def settings_world(wiring: Wiring) -> SettingsWorld:
    """What showing and changing settings needs, even while they cannot be read."""
    from alpkey.actions.settings import SettingsWorld
    from alpkey.adapters.state.settings_file import TomlSettingsFile

    at = wiring.paths
    lock = wiring.file_lock(at.settings_lock)
    return SettingsWorld(
        chosen=wiring.files_of_settings.chosen,
        locked=wiring.files_of_settings.policy,
        site=wiring.files_of_settings.site,
        site_names=lambda: site_names(at),
        change_file=TomlSettingsFile(at.settings, lock, now).change,
        look_again=lambda: wiring.status.remember(wiring.snapshot()),
        lacks=lacks,
        load_anew=lambda: load_anew(wiring),
        desktop=lambda: desktop_world(wiring),  # made after the change, so it sees the new clusters
    )


def desktop_world(wiring: Wiring) -> DesktopWorld:
    """What the desktop's menu and autostart need.

    Raises InvalidFile where the path of this program cannot stand in a desktop entry.
    """
    from alpkey.actions.desktop_entry import DesktopWorld
    from alpkey.adapters.state.external_files import ExternalFilesOnDisk
    from alpkey.core.desktop.external_file import InvalidPath

    if sys.platform == "darwin":
        from alpkey.core.desktop import macos as entry
    else:
        from alpkey.core.desktop import freedesktop as entry

    at, command = wiring.paths, _command_at_login(wiring)
    icon = (resources() / "icons" / entry.ICON).read_bytes()
    try:
        autostart = entry.autostart(at, wiring.site, command)
        menu = entry.menu(at, wiring.site, command, icon)
    except InvalidPath as error:
        reason = "Such a path cannot stand in an entry of a desktop."
        raise InvalidFile(path=str(error), reason=reason) from None
    outside = ExternalFilesOnDisk(wiring.external_changes, now)
    return DesktopWorld(outside, autostart, menu, entry.is_switched_on)


def _command_at_login(wiring: Wiring) -> list[str]:
    """The command line for a login, which lacks this environment: a moved home is named in it."""
    home = ["/usr/bin/env", f"ALPKEY_HOME={wiring.paths.config.parent}"]
    return [*(home if wiring.paths.moved else []), *own_command()]


def look_for_updates(wiring: Wiring, *, unasked: bool) -> Action[UpdatesResult]:
    """Ask for newer versions; ``unasked``: the tray does, and not the user."""
    from alpkey.actions.updates import UpdatesWorld, updates
    from alpkey.adapters.service.http import Http
    from alpkey.adapters.service.releases import ReleaseFeed, ReleaseFile

    site = wiring.site
    feed = ReleaseFeed(site.updates, Http(site.ca_bundle)) if site.updates else None
    release_file = ReleaseFile(wiring.paths.release)
    world = UpdatesWorld(
        site_name=site.name,
        newest=feed.newest if feed else None,
        read_last=release_file.read,
        write_last=release_file.write,
        here=__version__,
        build=build(),
        tell_updates=wiring.settings.tell_updates,
        clock=now,
    )
    return updates(world, unasked=unasked)


def lacks(setting: Setting) -> str | None:
    """What is missing on this computer for the setting to have an effect."""
    return setting.lacks(os.environ, sys.platform, shutil.which) if setting.lacks else None
