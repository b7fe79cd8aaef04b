"""The user's web browser."""

import subprocess
from collections.abc import Mapping

from alpkey import path_checks
from alpkey.adapters.process.processes import starts
from alpkey.core.display import has_display
from alpkey.core.errors import InvalidInput

LINUX_OPENER = "xdg-open"
# What xdg-open falls back on where the desktop names none (xdg-utils, open_generic).
COMMON = (
    "x-www-browser",
    "firefox",
    "iceweasel",
    "seamonkey",
    "mozilla",
    "epiphany",
    "konqueror",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
QUERY_TIMEOUT_S = 2.0


class DesktopBrowser:
    """The browser of the desktop: ``xdg-open`` follows the user's choice."""

    def __init__(self, environ: Mapping[str, str], platform: str) -> None:
        self._environ = environ
        self._platform = platform

    def open(self, url: str) -> None:
        opener = "open" if self._platform == "darwin" else LINUX_OPENER
        shows = has_display(self._environ, self._platform)
        if not shows or not starts([opener, url], self._environ):
            raise InvalidInput("no-browser")


def is_there(environ: Mapping[str, str]) -> bool:
    """Whether ``xdg-open`` would find a browser on this Linux desktop; none is started."""

    def has(program: str) -> bool:
        return path_checks.find_program(program, environ) is not None

    if not has(LINUX_OPENER):
        return False
    chosen = (name.partition(" ")[0] for name in environ.get("BROWSER", "").split(":"))
    return any(has(name) for name in (*chosen, *COMMON) if name) or _desktop_names_one(environ)


def _desktop_names_one(environ: Mapping[str, str]) -> bool:
    try:
        shown = subprocess.run(
            ["xdg-mime", "query", "default", "x-scheme-handler/https"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=QUERY_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(shown.stdout.strip())
