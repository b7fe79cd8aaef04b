"""A login without a terminal that waits for a key: told by a notification, over a real bus."""

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.adapters.state.lock import is_held
from alpkey.core.paths import lock_of
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.desktop.instance import send
from tests.centre import Home
from tests.desktop.buses import FakeNotificationDaemon, Notified
from tests.desktop.conftest import Serve
from tests.sockets import place_of

PATIENCE_MS = 20_000


@dataclass
class Waiting:
    """``alpkey ensure`` with no terminal, on a desktop."""

    home: Home
    qtbot: QtBot
    running: ExitStack

    def start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            self.home.command("ensure"),
            env=self.home.environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.enter_context(process)
        self.running.callback(process.kill)
        return process

    def with_tray(self) -> None:
        """Something holds the lock that a tray holds."""
        path = lock_of(place_of(self.home.environ, TRAY))
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = self.running.enter_context(path.open("w"))
        fcntl.flock(file, fcntl.LOCK_EX)

    def end_of(self, process: "subprocess.Popen[str]") -> int:
        self.qtbot.waitUntil(lambda: process.poll() is not None, timeout=PATIENCE_MS)
        return process.returncode

    @property
    def window_is_open(self) -> bool:
        return is_held(lock_of(place_of(self.home.environ, WINDOW)))

    def close_window(self) -> None:
        socket = place_of(self.home.environ, WINDOW)
        self.qtbot.waitUntil(lambda: send(socket, quit=True), timeout=PATIENCE_MS)
        self.qtbot.waitUntil(lambda: not self.window_is_open, timeout=PATIENCE_MS)


@pytest.fixture
def waiting(home: Home, short_folder: Path, bus_address: str, qtbot: QtBot) -> Iterator[Waiting]:
    home.environ |= {
        "DBUS_SESSION_BUS_ADDRESS": bus_address,
        "DISPLAY": ":4711",
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(short_folder),
    }
    with ExitStack() as running:
        made = Waiting(home, qtbot, running)
        yield made
        if made.window_is_open:
            made.close_window()


def notice(
    waiting: Waiting, server: FakeNotificationDaemon, process: "subprocess.Popen[str]"
) -> tuple[int, Notified]:
    waiting.qtbot.waitUntil(
        lambda: bool(server.shown) or process.poll() is not None, timeout=PATIENCE_MS
    )
    ((number, shown),) = server.shown.items()
    return number, shown


def test_a_click_opens_the_window_and_no_sooner(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon]
) -> None:
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    process = waiting.start()
    number, shown = notice(waiting, server, process)
    assert shown.title == "A login waits for your key"
    assert shown.actions[2:] == ["renew", "Renew key\N{HORIZONTAL ELLIPSIS}", "no", "Not now"]
    assert (shown.hints["urgency"], shown.expire_ms) == (("y", 2), 0)
    assert not waiting.window_is_open
    server.press(number, "renew", "a-token")
    waiting.qtbot.waitUntil(lambda: waiting.window_is_open, timeout=PATIENCE_MS)
    assert waiting.home.renew()[0] == 0
    assert waiting.end_of(process) == 0
    assert server.shown == {}
    waiting.close_window()


@pytest.mark.parametrize("how", ["button", "close"])
def test_a_no_holds(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon], how: str
) -> None:
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    process = waiting.start()
    number, _ = notice(waiting, server, process)
    if how == "button":
        server.press(number, "no")
    else:
        server._close(number, 2)
    assert waiting.end_of(process) == 10
    assert waiting.end_of(waiting.start()) == 10
    assert len(server.history) == 1
    assert not waiting.window_is_open


def test_a_renewal_by_other_means_takes_it_away(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon]
) -> None:
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    process = waiting.start()
    number, _ = notice(waiting, server, process)
    server.expire(number)  # as some do whatever they are asked: nobody has said no
    assert waiting.home.renew()[0] == 0
    assert waiting.end_of(process) == 0
    assert "CloseNotification" in server.called


def test_many_at_once_show_one(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon]
) -> None:
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    processes = [waiting.start() for _ in range(3)]
    number, _ = notice(waiting, server, processes[0])
    server.press(number, "no")
    assert [waiting.end_of(one) for one in processes] == [10, 10, 10]
    assert len(server.history) == 1


@pytest.mark.parametrize("lacks", ["tray", "server", "buttons", "bus"])
def test_where_nobody_would_see_it_the_window_comes_by_itself(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon], lacks: str
) -> None:
    server = None
    if lacks != "server":
        can = ("body",) if lacks == "buttons" else ("actions", "body")
        server = serve(FakeNotificationDaemon(bus_address, can))
    if lacks == "bus":
        waiting.home.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
    if lacks != "tray":
        waiting.with_tray()
    process = waiting.start()
    waiting.qtbot.waitUntil(lambda: waiting.window_is_open, timeout=PATIENCE_MS)
    waiting.close_window()
    assert waiting.end_of(process) == 10
    assert server is None or not server.history


def test_a_server_that_goes_leaves_it_to_the_window(
    waiting: Waiting, bus_address: str, serve: Serve[FakeNotificationDaemon]
) -> None:
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    process = waiting.start()
    notice(waiting, server, process)
    server.end()
    waiting.qtbot.waitUntil(lambda: waiting.window_is_open, timeout=PATIENCE_MS)
    waiting.close_window()
    assert waiting.end_of(process) == 10


def test_a_plain_ssh_is_named_and_goes_on(
    waiting: Waiting,
    bus_address: str,
    serve: Serve[FakeNotificationDaemon],
    tmp_path: Path,
) -> None:
    """As an editor or a file manager calls it."""
    home = waiting.home
    server = serve(FakeNotificationDaemon(bus_address))
    waiting.with_tray()
    (home.path / "config/config.toml").write_text(f'username = "{home.centre.username}"\n')
    assert home.json("config", "apply", "--on-demand")[0] == 0
    plain = tmp_path / "plain"  # a name that ssh can hand to a jump
    plain.symlink_to(home.path / "ssh/config")
    ssh = subprocess.Popen(
        ["ssh", "-F", plain, "daint", "hostname"],
        env=home.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    waiting.running.enter_context(ssh)
    waiting.running.callback(ssh.kill)
    _, shown = notice(waiting, server, ssh)
    assert shown.title == "ssh daint waits for your key"
    assert home.renew()[0] == 0
    assert waiting.end_of(ssh) == 0
    assert ssh.stdout is not None
    assert ssh.stdout.read() == "daint\n"
    assert server.shown == {}
