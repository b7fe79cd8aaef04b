"""The user's web browser."""

import shlex
import subprocess
from collections.abc import Iterator, Mapping

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
    """The one that the user names in ``BROWSER``, else that of the desktop.

    ``BROWSER`` needs no display: an editor's remote session names a program in it that opens the
    page on the user's own computer.
    """

    def __init__(self, environ: Mapping[str, str], platform: str) -> None:
        self._environ = environ
        self._platform = platform

    def open(self, url: str) -> None:
        if any(starts(command, self._environ) for command in _named_by_user(self._environ, url)):
            return
        opener = "open" if self._platform == "darwin" else LINUX_OPENER
        shows = has_display(self._environ, self._platform)
        if not shows or not starts([opener, url], self._environ):
            raise InvalidInput("no-browser")


def _named_by_user(environ: Mapping[str, str], url: str) -> Iterator[list[str]]:
    """The commands in ``BROWSER``, apart by colons; ``%s`` in one stands for the address."""
    for command in environ.get("BROWSER", "").split(":"):
        try:
            words = shlex.split(command)
        except ValueError:
            continue
        if not words:
            continue
        filled = [word.replace("%s", url) for word in words]
        yield filled if filled != words else [*words, url]


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
