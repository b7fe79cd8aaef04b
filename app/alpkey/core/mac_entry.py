"""What macOS reads: the agent that starts us at login, and a thin app that starts our command.

Written from launchd.plist(5) and Apple's description of bundles; it was never run on a Mac.
"""

import plistlib
import shlex
from collections.abc import Sequence
from xml.parsers.expat import ExpatError

from alpkey import __version__
from alpkey.core.command import AT_LOGIN
from alpkey.core.placed import Placed
from alpkey.core.places import APP_ID, Places
from alpkey.core.site import Site

ICON = f"{APP_ID}.icns"

# Where the Qt that is installed there starts (PySide6 6.11.3).
OLDEST_MACOS = "13.0"


def autostart(places: Places, _site: Site, command: Sequence[str]) -> Placed:
    """The agent of the person's own session."""
    agent = {
        "Label": APP_ID,
        "ProgramArguments": [*command, AT_LOGIN],
        "RunAtLoad": True,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
    }
    path = places.autostart / f"{APP_ID}.plist"
    return Placed("autostart", path, plistlib.dumps(agent))


def is_switched_on(content: bytes) -> bool:
    """Whether the agent is in force; what ``launchctl disable`` says is not asked for."""
    try:
        agent = plistlib.loads(content)
    except (ValueError, ExpatError):
        return False
    return isinstance(agent, dict) and not agent.get("Disabled", False)


def menu(places: Places, _site: Site, command: Sequence[str], icon: bytes) -> tuple[Placed, ...]:
    """``Alpkey.app``: an icon of the menu bar shows only for a program in a bundle."""
    app = places.share / "Alpkey.app"
    about = {
        "CFBundleExecutable": "alpkey",
        "CFBundleIconFile": ICON,
        "CFBundleIdentifier": APP_ID,
        "CFBundleName": "Alpkey",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "LSUIElement": True,
        "NSHighResolutionCapable": True,
    }
    script = f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'
    contents = app / "Contents"
    return (
        Placed("app-info", contents / "Info.plist", plistlib.dumps(about), folder=app),
        Placed("app", contents / "MacOS/alpkey", script.encode(), 0o755, folder=app),
        Placed("app-icon", contents / "Resources" / ICON, icon, folder=app),
    )
