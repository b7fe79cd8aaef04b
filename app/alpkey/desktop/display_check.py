"""Whether the display that the environment names answers, found out before Qt is loaded.

Qt ends the whole process with SIGABRT where it can connect to none, and advises to install
packages.  A display is dead in a tmux, screen or ssh session that outlived its desktop.
"""

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

CONNECT_TIMEOUT_S = 3.0
_X11_TCP_PORT = 6000  # X(7), DISPLAY NAMES
_DISPLAY = re.compile(r"(?:(?P<kind>unix|tcp|inet6?)/)?(?P<host>.*?):(?P<number>\d+)(?:\.\d+)?")
# Platforms of Qt that need no display.
_WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


def dead_display(environ: Mapping[str, str], platform: str) -> str | None:
    """Why no window can be opened, in a sentence; None where one can."""
    wanted = environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform == "darwin" or wanted in _WITHOUT_DISPLAY:
        return None
    wayland, x11 = environ.get("WAYLAND_DISPLAY", ""), environ.get("DISPLAY", "")
    if not wayland and not x11:
        return "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if (wayland and _answers_wayland(wayland, environ)) or (x11 and _answers_x11(x11)):
        return None
    names = " and ".join(filter(None, (wayland, x11)))
    return f"The display {names} does not answer; perhaps its session is over."


def report(environ: Mapping[str, str] = os.environ) -> int | None:
    """Say it on standard error and return the exit code; None where all is well."""
    reason = dead_display(environ, sys.platform)
    if reason is None:
        return None
    sys.stderr.write(f"{reason} Without windows: alpkey renew, alpkey status.\n")
    return 2


def _answers_wayland(name: str, environ: Mapping[str, str]) -> bool:
    """A relative name lies in ``XDG_RUNTIME_DIR`` (libwayland, wl_display_connect)."""
    return _connects(str(Path(environ.get("XDG_RUNTIME_DIR", "/"), name)))


def _answers_x11(name: str) -> bool:
    """True also for a form that is not known here: then Qt is to judge."""
    if name.startswith("/"):
        return _connects(name)
    found = _DISPLAY.fullmatch(name)
    if found is None or found["host"].endswith(":"):
        return found is not None
    number, host = int(found["number"]), found["host"]
    if host in ("", "unix") or found["kind"] == "unix":
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108  where X servers listen
        if _connects(path) or (sys.platform == "linux" and _connects(f"\0{path}")):
            return True
        host = "localhost"
    try:
        address = (host, _X11_TCP_PORT + number)
        with socket.create_connection(address, timeout=CONNECT_TIMEOUT_S):
            return True
    except (OSError, ValueError, OverflowError):
        return False


def _connects(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(CONNECT_TIMEOUT_S)
            connection.connect(path)
            return True
    except (OSError, ValueError):
        return False
