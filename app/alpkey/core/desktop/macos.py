"""Files for macOS: the launch agent for autostart, and a small app that runs the command.

Written from launchd.plist(5) and Apple's documentation of bundles; it was never run on a Mac.
"""

import plistlib
import shlex
from collections.abc import Sequence
from xml.parsers.expat import ExpatError

from alpkey import __version__
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.paths import APP_ID, Paths
from alpkey.core.site import Site
from alpkey.core.ssh.command_lines import AT_LOGIN

ICON = f"{APP_ID}.icns"

# The oldest version that the installed Qt supports (PySide6 6.11.3).
OLDEST_MACOS = "13.0"


def autostart(places: Paths, _site: Site, command: Sequence[str]) -> ExternalFile:
    """The launch agent of the user's session."""
    agent = {
        "Label": APP_ID,
        "ProgramArguments": [*command, AT_LOGIN],
        "RunAtLoad": True,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
    }
    path = places.autostart / f"{APP_ID}.plist"
    return ExternalFile("autostart", path, plistlib.dumps(agent))


def is_switched_on(content: bytes) -> bool:
    """Whether the agent is enabled; ``launchctl disable`` is not taken into account."""
    try:
        agent = plistlib.loads(content)
    except (ValueError, ExpatError):
        return False
    return isinstance(agent, dict) and not agent.get("Disabled", False)


def menu(
    places: Paths, _site: Site, command: Sequence[str], icon: bytes
) -> tuple[ExternalFile, ...]:
    """``Alpkey.app``: only a program in a bundle can show an icon in the menu bar."""
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
        ExternalFile("app-info", contents / "Info.plist", plistlib.dumps(about), folder=app),
        ExternalFile("app", contents / "MacOS/alpkey", script.encode(), 0o755, folder=app),
        ExternalFile("app-icon", contents / "Resources" / ICON, icon, folder=app),
    )
