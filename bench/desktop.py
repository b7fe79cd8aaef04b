"""The tray and the dialog: how soon they are there, and what they weigh."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.centre import Home
from tests.e2e.desk import Desk
from tests.e2e.tray_item import TrayItem, find_item, tray_items
from tests.e2e.waiting import until

from alpkey.core.paths import find_paths
from alpkey.core.runtime_folder import WINDOW
from alpkey.runtime_folder import RuntimeFolder
from bench.figures import Row, add, add_ratio, in_turn

BARE = str(Path(__file__).with_name("bare.py"))
BUNDLE = Path(__file__).parents[1] / "build/frozen/alpkey/alpkey"
ROUNDS = 7
WINDOWS = 10


def measure(desk: Desk, home: Home) -> None:
    environ = {**home.environ, **desk.environ, "QT_QPA_PLATFORM": "xcb"}
    bare_tray = [sys.executable, BARE, "tray"]
    own, bare = in_turn(
        lambda: _icon_after(desk, home.command(), environ),
        lambda: _icon_after(desk, bare_tray, environ),
        rounds=ROUNDS,
    )
    add_ratio("tray icon registered / bare tray", own, bare, 1.1)
    if BUNDLE.exists():  # where make installers was run
        bundle(desk, home, environ)
    with _running(desk, bare_tray, environ) as (process, _):
        bare_mb = _pss_mb(process.pid)
    with _running(desk, home.command(), environ) as (process, item):
        before = _pss_mb(process.pid)
        opened = [_dialog_after(desk, item.activate) for _ in range(WINDOWS)]
        # A window that is still ending shares pages with the tray and makes it look lighter.
        until(lambda: not _listens(_socket(environ)), "the end of the last window")
        after = _pss_mb(process.pid)
    add(Row("idle tray, PSS / bare tray", before, bare_mb, bare_mb + 6, "MB"))
    add(Row(f"the same after {WINDOWS} dialogs by click", after, bare_mb, bare_mb + 6, "MB"))
    bare_dialog = [_bare_dialog_after(desk, environ) for _ in range(WINDOWS)]
    add_ratio("click to dialog shown / bare dialog", opened, bare_dialog, 1.25)


def bundle(desk: Desk, home: Home, environ: dict[str, str]) -> None:
    """The bundle against the checkout."""
    frozen, own = in_turn(
        lambda: _icon_after(desk, [str(BUNDLE)], environ),
        lambda: _icon_after(desk, home.command(), environ),
        rounds=ROUNDS,
    )
    add_ratio("tray icon of the bundle / of the checkout", frozen, own, 1.25)


def _icon_after(desk: Desk, command: Sequence[str], environ: dict[str, str]) -> float:
    started = time.perf_counter()
    with _running(desk, command, environ):
        return time.perf_counter() - started


@contextmanager
def _running(
    desk: Desk, command: Sequence[str], environ: dict[str, str]
) -> Iterator[tuple["subprocess.Popen[bytes]", TrayItem]]:
    """Runs a tray program from its registered icon on; waits for the icon to leave."""
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        item = find_item(desk.bus)
        yield process, item
        process.terminate()
    until(lambda: not tray_items(desk.bus), "the end of the icon")


def _dialog_after(desk: Desk, click: Callable[[], None]) -> float:
    return _window_after(desk, "DEMO - Renew CSCS key", click)


def _bare_dialog_after(desk: Desk, environ: dict[str, str]) -> float:
    started: list[subprocess.Popen[bytes]] = []
    command = [sys.executable, BARE, "dialog"]
    spent = _window_after(
        desk, "Bare", lambda: started.append(subprocess.Popen(command, env=environ))
    )
    started[0].wait()
    return spent


def _window_after(desk: Desk, title: str, open_it: Callable[[], None]) -> float:
    """From a click until the window is on the screen; it is closed again."""
    started = time.perf_counter()
    open_it()
    until(lambda: desk.shows(title), "the window")
    spent = time.perf_counter() - started
    desk.focus(title)
    desk.keys("Escape")
    until(lambda: not desk.shows(title), "the window's end")
    return spent


def _socket(environ: dict[str, str]) -> Path:
    at = find_paths(environ, sys.platform, "/nowhere", os.getuid())
    return RuntimeFolder(at.runtime).ready() / WINDOW


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


def _pss_mb(process_id: int) -> float:
    rows = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024
