"""A real desk: an X server, a session bus, and xfce4-panel as the host of tray icons."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.e2e.waiting import until

PROGRAMS = ("Xvfb", "dbus-daemon", "xfce4-panel", "xdotool")
SCREEN = "1280x800x24"
PANEL_ICON = (12, 784)  # where the only icon of the panel below stands
CALL_TIMEOUT_S = 5.0
ICON_WIDTH_PX = 16
MENU_HEIGHT_PX = 100  # more than the panel has

# Each has a number of its own: a server that ends takes away the socket of one that has its name.
_DISPLAYS = count(100 + os.getpid() % 500 * 100)

PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=640;y=780"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"""


class Refused(LookupError):
    """The other side answered with an error: often it is only not there yet, or gone."""


@dataclass(frozen=True)
class Bus:
    """A connection to a bus, and calls on it."""

    connection: DBusConnection

    def call(
        self, at: DBusAddress, method: str, signature: str | None = None, *values: Any
    ) -> tuple[Any, ...]:
        return self._reply(new_method_call(at, method, signature, values))

    def get(self, at: DBusAddress, name: str) -> Any:
        return self._reply(Properties(at).get(name))[0][1]

    def set(self, at: DBusAddress, name: str, signature: str, value: Any) -> None:
        self._reply(Properties(at).set(name, signature, value))

    def _reply(self, message: Any) -> tuple[Any, ...]:
        reply = self.connection.send_and_get_reply(message, timeout=CALL_TIMEOUT_S)
        if reply.header.message_type.name == "error":
            raise Refused(str(reply.body))
        body: tuple[Any, ...] = reply.body
        return body


class Panel:
    """The panel, which can die and come back while everything else goes on."""

    def __init__(self, start: Callable[[], "subprocess.Popen[bytes]"], bus: Bus) -> None:
        self._start, self._bus = start, bus
        self._process = start()
        self._wait()

    def die(self) -> None:
        self._process.kill()
        self._process.wait()
        until(lambda: not _has_host(self._bus), "the end of the tray host")

    def come(self) -> None:
        self._process = self._start()
        self._wait()

    def _wait(self) -> None:
        until(lambda: _has_host(self._bus), "a tray host")


@dataclass(frozen=True)
class Desk:
    """``environ`` is what a program needs to appear on this desk."""

    environ: dict[str, str]
    bus: Bus
    panel: Panel

    def keys(self, *names: str) -> None:
        self._xdotool("key", *names)

    def focus(self, title: str) -> None:
        """Gives the keyboard to a window, as a window manager would."""
        search = ["search", "--sync", "--onlyvisible", "--name", f"^{title}$"]
        window = self._xdotool(*search).split()[0]
        self._xdotool("windowfocus", "--sync", window)

    def shows(self, title: str) -> bool:
        """Whether a window with this title is on the screen."""
        search = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
        environ = {**os.environ, **self.environ}
        return not subprocess.run(search, env=environ, check=False, capture_output=True).returncode

    def windows(self, program: str = ".*") -> int:
        """How many windows of a program are on the screen; an open menu is one."""
        search = ["xdotool", "search", "--onlyvisible", "--class", program]
        environ = {**os.environ, **self.environ}
        told = subprocess.run(search, env=environ, check=False, capture_output=True, text=True)
        return len(told.stdout.split())

    def panel_shows_an_icon(self) -> bool:
        """Whether the tray of the panel has room for one; an empty one has none."""
        found = self._xdotool("search", "--onlyvisible", "--class", "wrapper")
        return any(self._box(window)[2] > ICON_WIDTH_PX for window in found.split())

    def menu(self) -> tuple[int, int, int, int] | None:
        """Where the open menu of the panel is: x, y, width, height."""
        found = self._xdotool("search", "--onlyvisible", "--class", "wrapper")
        boxes = [self._box(window) for window in found.split()]
        return next((box for box in boxes if box[3] > MENU_HEIGHT_PX), None)

    def _box(self, window: str) -> tuple[int, int, int, int]:
        told = self._xdotool("getwindowgeometry", "--shell", window)
        facts = dict(line.split("=") for line in told.splitlines())
        return int(facts["X"]), int(facts["Y"]), int(facts["WIDTH"]), int(facts["HEIGHT"])

    def move(self, title: str, x: int, y: int) -> None:
        """Puts a window there, as a window manager would."""
        search = ["search", "--sync", "--onlyvisible", "--name", f"^{title}$"]
        self._xdotool(*search, "windowmove", "--sync", str(x), str(y))

    def type(self, text: str) -> None:
        """Types on the real keyboard; the text goes by standard input, for it may be secret."""
        self._xdotool("type", "--file", "-", typed=text)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """What is sent in a row is done in a row; "--sync" would wait 15 s where the mouse is."""
        self._xdotool("mousemove", str(x), str(y), "click", str(button))

    def _xdotool(self, *arguments: str, typed: str = "") -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            input=typed,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environ},
            check=True,
        )
        return done.stdout


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """The desk, with all it writes below ``folder``; ended on leaving."""
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking:
        pytest.skip(f"a desk needs {', '.join(lacking)}")
    names = ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "RUNTIME_DIR")
    environ = {f"XDG_{name}": str(folder / name.lower()) for name in names}
    for path in environ.values():
        Path(path).mkdir(mode=0o700, parents=True)
    _write_panel(Path(environ["XDG_CONFIG_HOME"]))
    with ExitStack() as running, (folder / "log").open("wb") as log:
        environ["DISPLAY"] = ":" + _start(
            running,
            log,
            environ,
            ["Xvfb", f":{next(_DISPLAYS)}", "-screen", "0", SCREEN, "-nolisten", "tcp"],
            "-displayfd",
        )
        # The bus starts helpers of the panel with its own environment, so it comes second.
        address = _start(
            running, log, environ, ["dbus-daemon", "--session", "--nofork"], "--print-address"
        )
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        bus = Bus(running.enter_context(open_dbus_connection(address)))
        # What the bus starts, such as the server of notifications, is found as a reader finds it.
        bus.call(DRIVER, "UpdateActivationEnvironment", "a{ss}", {"NO_AT_BRIDGE": "0"})
        command = ["xfce4-panel", "--disable-wm-check"]
        yield Desk(environ, bus, Panel(lambda: _run(running, log, environ, command), bus))


DRIVER = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
WATCHER = DBusAddress(
    "/StatusNotifierWatcher",
    bus_name="org.kde.StatusNotifierWatcher",
    interface="org.kde.StatusNotifierWatcher",
)


def _has_host(bus: Bus) -> bool:
    try:
        return bool(bus.get(WATCHER, "IsStatusNotifierHostRegistered"))
    except Refused:
        return False


def _write_panel(config: Path) -> None:
    path = config / "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"
    path.parent.mkdir(parents=True)
    path.write_text(PANEL)


def _start(
    running: ExitStack, log: Any, environ: dict[str, str], command: Sequence[str], option: str
) -> str:
    """Runs a program that writes one line about itself to the descriptor given by ``option``."""
    reading, writing = os.pipe()
    wanted = [f"{option}={writing}"] if option.startswith("--") else [option, str(writing)]
    _run(running, log, environ, [*command, *wanted], writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        return told.readline().strip()


def _run(
    running: ExitStack, log: Any, environ: dict[str, str], command: Sequence[str], *handles: int
) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        command,
        env={**os.environ, "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1", **environ},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=handles,
    )
    running.callback(_end, process)
    return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
