"""What the files of tunnels, their ssh, and this computer's ports keep to."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey import glance
from alpkey.adapters.process.processes import Detached
from alpkey.adapters.system.local_ports import SystemPorts
from alpkey.adapters.tunnels.records import FileClaim, TunnelRecords
from alpkey.adapters.tunnels.ssh_process import OpenSshProcess
from alpkey.core.paths import user_paths
from alpkey.core.ssh.command_lines import LISTENS
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.tunnels.lifecycle import Ended, Trigger
from alpkey.core.tunnels.ports import Claim, DetachedTunnel, LocalPorts, SshProcess, TunnelFiles
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget, socket_name
from alpkey.runtime_folder import RuntimeFolder
from tests.contracts.fakes_tunnels import (
    FakeDetachedTunnel,
    FakeLocalPorts,
    FakeSshProcess,
    FakeTunnelFiles,
)
from tests.e2e.waiting import until
from tests.sockets import free_port

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
WAY = TunnelTarget("daint", "nid006554", ((8888, 8888),))
PATIENCE_S = 20.0


def seen(claim: Claim, state: TunnelState = TunnelState.OPEN) -> TunnelObservation:
    return TunnelObservation(claim.id, WAY, state, datetime.now(UTC).replace(microsecond=0))


@dataclass
class Shelf:
    files: TunnelFiles
    listed: Callable[[], Sequence[TunnelObservation]]


@pytest.fixture(params=["folder", "fake"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        fake = FakeTunnelFiles()
        return Shelf(fake, fake.listed)
    at = user_paths()
    files = TunnelRecords(at.tunnels, at.last_tunnel, RuntimeFolder(at.runtime))
    return Shelf(files, lambda: glance.tunnels(at, datetime.now(UTC)))


class TestFiles:
    def test_what_is_shown_is_seen_alive(self, shelf: Shelf) -> None:
        with shelf.files.claim("a") as claim:
            for state in (TunnelState.CONNECTING, TunnelState.OPEN):
                shown = seen(claim, state)
                claim.show(shown)
                assert list(shelf.listed()) == [shown]
        assert list(shelf.listed()) == []

    def test_a_name_is_given_once_at_a_time(self, shelf: Shelf) -> None:
        with shelf.files.claim("a") as first, shelf.files.claim("a") as second:
            assert (first.id, second.id) == ("a", "a-2")
        with shelf.files.claim("a") as again:
            assert again.id == "a"

    def test_a_last_word_stays_until_it_is_forgotten(self, shelf: Shelf) -> None:
        with shelf.files.claim("a") as claim:
            claim.show(seen(claim, TunnelState.FAILED))
            claim.leave_word()
        (left,) = shelf.listed()
        assert left.state is TunnelState.FAILED
        shelf.files.forget("a")
        assert list(shelf.listed()) == []

    def test_a_last_word_makes_way_for_the_next(self, shelf: Shelf) -> None:
        with shelf.files.claim("a") as claim:
            claim.show(seen(claim, TunnelState.FAILED))
            claim.leave_word()
        with shelf.files.claim("a") as again:
            assert again.id == "a"
            again.show(seen(again))
            assert [one.state for one in shelf.listed()] == [TunnelState.OPEN]

    def test_a_living_one_is_not_forgotten(self, shelf: Shelf) -> None:
        with shelf.files.claim("a") as claim:
            claim.show(seen(claim))
            shelf.files.forget("a")
            assert [one.id for one in shelf.listed()] == ["a"]

    @pytest.mark.parametrize("name", ["b", "../a", "", "a/b", ".lock"])
    def test_what_is_not_there_is_neither_closed_nor_forgotten(
        self, shelf: Shelf, name: str
    ) -> None:
        with shelf.files.claim("a") as claim:
            claim.show(seen(claim))
            assert not shelf.files.close(name)
            shelf.files.forget(name)
            assert not claim.is_to_close()
            assert [one.id for one in shelf.listed()] == ["a"]

    def test_a_close_is_heard(self, shelf: Shelf) -> None:
        answers: list[bool] = []
        asking = threading.Thread(target=lambda: answers.append(shelf.files.close("a")))
        with shelf.files.claim("a") as claim:
            assert not claim.is_to_close()
            asking.start()
            until(claim.is_to_close, "the wish")
        asking.join(PATIENCE_S)
        assert answers == [True]


class TestFolder:
    """What only real files can show."""

    @pytest.fixture
    def folder(self) -> TunnelRecords:
        at = user_paths()
        return TunnelRecords(at.tunnels, at.last_tunnel, RuntimeFolder(at.runtime))

    def test_files_are_closed_to_others(self, folder: TunnelRecords) -> None:
        at = user_paths()
        with folder.claim("a") as claim:
            claim.show(seen(claim))
            assert stat.S_IMODE((at.tunnels / "a.json").stat().st_mode) == 0o600
            assert stat.S_IMODE(at.tunnels.stat().st_mode) == 0o700
            assert stat.S_IMODE(RuntimeFolder(at.runtime).ready().stat().st_mode) == 0o700
        assert [one.name for one in at.tunnels.iterdir()] == [".lock"]

    def test_a_living_one_is_never_seen_dead_or_half(self, folder: TunnelRecords) -> None:
        at = user_paths()
        over = threading.Event()
        odd: list[object] = []

        def watch() -> None:
            while not over.is_set():
                odd.extend(one for one in glance.tunnels(at, NOW) if not one.alive)

        with folder.claim("a") as claim:
            claim.show(seen(claim))
            watching = threading.Thread(target=watch)
            watching.start()
            for _ in range(300):
                claim.show(seen(claim))
            over.set()
            watching.join()
        assert odd == []

    def test_of_many_at_once_each_has_a_name_of_its_own(self, folder: TunnelRecords) -> None:
        with ExitStack() as stack:
            claims: list[FileClaim] = []
            threads = [
                threading.Thread(
                    target=lambda: claims.append(stack.enter_context(folder.claim("a")))
                )
                for _ in range(20)
            ]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
            assert len({claim.id for claim in claims}) == 20

    @pytest.mark.parametrize("said", [b"", b"open\n", b"close"], ids=["nothing", "odd", "half"])
    def test_whoever_says_something_else_closes_nothing(
        self, folder: TunnelRecords, said: bytes
    ) -> None:
        at = user_paths()
        with folder.claim("a") as claim, socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(RuntimeFolder(at.runtime).place(socket_name("a"))))
            stranger.sendall(said)
            stranger.close()
            assert not claim.is_to_close()

    def test_last_words_are_swept_away_in_time(self, folder: TunnelRecords) -> None:
        at = user_paths()
        with folder.claim("old") as claim:
            claim.show(seen(claim, TunnelState.FAILED))
            claim.leave_word()
        old = at.tunnels / "old.json"
        half = at.tunnels / ".half"
        half.touch()
        with folder.claim("living") as living:
            for path in (old, half, at.tunnels / "living.json"):
                os.utime(path, (0, 0))
            with folder.claim("new"):
                pass
            assert {one.name for one in at.tunnels.iterdir()} == {".lock", f"{living.id}.json"}

    def test_the_last_tunnel_is_read_back(self, folder: TunnelRecords) -> None:
        at = user_paths()
        at.state.mkdir(parents=True)
        for target in (WAY, WAY, TunnelTarget("santis", "nid007001", ((1, 1),))):
            folder.remember(target)
            assert glance._last_tunnel(at.last_tunnel) == target
        at.last_tunnel.write_text("{}")
        assert glance._last_tunnel(at.last_tunnel) is None

    def test_the_socket_is_never_in_a_folder_open_to_others(self, folder: TunnelRecords) -> None:
        runtime = user_paths().runtime
        assert runtime.session is not None
        runtime.session.mkdir()
        runtime.session.chmod(0o777)
        with folder.claim("a") as claim:
            assert list(runtime.session.iterdir()) == []
            place = RuntimeFolder(runtime).place(socket_name(claim.id))
            assert place is not None
            assert place.is_socket()
            shutil.rmtree(place.parent)


# A stand-in for ssh: it listens as ssh does, says what ssh says, and ends when it is told to.
SSH = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("a banner that ends so: " + sys.argv[3], flush=True)
held = []
while True:
    call, _ = server.accept()
    call.settimeout(float(sys.argv[2]))
    try:
        word = call.recv(10)
    except TimeoutError:
        held.append(call)
        continue
    if word == b"end":
        sys.exit("Connection closed")
    if word == b"refuse":
        sys.stderr.write("channel 2: open failed: connect failed: Connection refused\\n")
        sys.stderr.flush()
    call.close()
"""


@dataclass
class TunnelRun:
    line: SshProcess
    target: TunnelTarget
    command: list[str]
    say: Callable[[str], None]


class NoWish:
    """Never wants attention."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()

    def fileno(self) -> int:
        return self._reader

    def wish(self) -> None:
        os.write(self._writer, b"x")

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


@pytest.fixture
def wish() -> Iterator[NoWish]:
    made = NoWish()
    yield made
    made.close()


@pytest.fixture(params=["ssh", "fake"])
def running(request: pytest.FixtureRequest) -> Iterator[TunnelRun]:
    """A line, and somebody who makes its ssh say that it refused a call, or end."""
    port = free_port()
    target = TunnelTarget("daint", "nid006554", ((port, 6006),))
    command = [sys.executable, "-c", SSH, str(port), "0.05", LISTENS]
    if request.param == "fake":
        ended = Ended(LoginObservation(target.node, 1, "Connection closed\n"))
        fake = FakeSshProcess([Trigger.LISTENING, Trigger.REFUSED, ended], [Trigger.LISTENING])
        yield TunnelRun(fake, target, command, lambda _: None)
        return
    line = OpenSshProcess(os.environ)

    def say(word: str) -> None:
        with socket.create_connection(("127.0.0.1", port)) as call:
            call.sendall(word.encode())

    yield TunnelRun(line, target, command, say)
    line.stop()


class TestLine:
    def test_nothing_happens_before_a_start(self, running: TunnelRun, wish: NoWish) -> None:
        assert running.line.news(0.01, wish.fileno()) is None
        assert running.line.stop() is None
        assert running.line.silent() == ()

    def test_its_life_is_told_in_order(self, running: TunnelRun, wish: NoWish) -> None:
        running.line.start(running.command, running.target)
        assert running.line.news(PATIENCE_S, wish.fileno()) is Trigger.LISTENING
        running.say("refuse")
        assert running.line.news(PATIENCE_S, wish.fileno()) is Trigger.REFUSED
        running.say("end")
        ended = running.line.news(PATIENCE_S, wish.fileno())
        assert isinstance(ended, Ended)
        assert (ended.seen.host, ended.seen.code) == ("nid006554", 1)
        assert "Connection closed" in ended.seen.said
        assert running.line.stop() is None

    def test_it_is_ended_and_started_again(self, running: TunnelRun, wish: NoWish) -> None:
        for _ in range(2):
            running.line.start(running.command, running.target)
            assert running.line.news(PATIENCE_S, wish.fileno()) is Trigger.LISTENING
            assert isinstance(running.line.stop(), Ended)


@pytest.fixture
def line() -> Iterator[OpenSshProcess]:
    made = OpenSshProcess(os.environ)
    yield made
    made.stop()


def way_of(*pairs: tuple[int, int]) -> TunnelTarget:
    return TunnelTarget("daint", "nid006554", pairs)


class TestRealLine:
    """What only a real process can show."""

    def test_a_wish_ends_the_wait(self, line: OpenSshProcess, wish: NoWish) -> None:
        line.start(["sleep", "60"], way_of((free_port(), 6006)))
        wish.wish()
        started = time.monotonic()
        assert line.news(PATIENCE_S, wish.fileno()) is None
        assert time.monotonic() - started < PATIENCE_S / 2

    def test_a_program_that_is_not_there_ends_at_once(
        self, line: OpenSshProcess, wish: NoWish
    ) -> None:
        line.start(["/no/such/ssh"], way_of((free_port(), 6006)))
        ended = line.news(PATIENCE_S, wish.fileno())
        assert isinstance(ended, Ended)
        assert ended.seen.code == 127

    def test_a_port_that_is_refused_behind_it_is_silent(
        self, line: OpenSshProcess, wish: NoWish
    ) -> None:
        """A stand-in that ends each call at once is what ssh is where the node refuses."""
        deaf, good = free_port(), free_port()
        ends = SSH.replace("except TimeoutError", "except ValueError").replace(
            "call.recv(10)", "b''"
        )
        line.start([sys.executable, "-c", ends, str(deaf), "9", LISTENS], way_of((deaf, 1)))
        assert line.news(PATIENCE_S, wish.fileno()) is Trigger.LISTENING
        assert line.silent() == (1,)
        line.stop()
        line.start([sys.executable, "-c", SSH, str(good), "9", LISTENS], way_of((good, 2)))
        assert line.news(PATIENCE_S, wish.fileno()) is Trigger.LISTENING
        assert line.silent() == ()

    def test_somebody_else_at_the_port_is_not_our_ssh(
        self, line: OpenSshProcess, wish: NoWish
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            line.start(["sleep", "60"], way_of((other.getsockname()[1], 6006)))
            assert line.news(0.3, wish.fileno()) is None

    def test_one_that_hears_no_sigterm_is_killed(
        self, line: OpenSshProcess, wish: NoWish, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("alpkey.adapters.tunnels.ssh_process.ENDING_TIMEOUT_S", 0.3)
        port = free_port()
        deaf = f"import signal; signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN)\n{SSH}"
        line.start([sys.executable, "-c", deaf, str(port), "9", LISTENS], way_of((port, 1)))
        assert line.news(PATIENCE_S, wish.fileno()) is Trigger.LISTENING
        assert isinstance(line.stop(), Ended)
        until(lambda: SystemPorts().state(port) == "free", "the port")


@pytest.fixture(params=["process", "fake"])
def alone(request: pytest.FixtureRequest) -> Iterator[DetachedTunnel]:
    made = FakeDetachedTunnel(lives=True) if request.param == "fake" else Detached(["sleep", "60"])
    yield made
    made.end()


class TestAlone:
    def test_it_runs_until_it_is_ended(self, alone: DetachedTunnel) -> None:
        assert alone.runs()
        assert alone.number > 1
        alone.end()
        until(lambda: not alone.runs(), "its end")
        alone.end()
        assert not alone.runs()


@pytest.fixture(params=["real", "fake"])
def ports(request: pytest.FixtureRequest) -> Iterator[tuple[LocalPorts, int]]:
    """The ports, and one on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        fake = FakeLocalPorts({port: f"python ({os.getpid()})"})
        yield (fake if request.param == "fake" else SystemPorts()), port


class TestPorts:
    def test_a_busy_one_is_told_with_its_program(self, ports: tuple[LocalPorts, int]) -> None:
        assert ports[0].state(ports[1]) == "busy"
        assert f"({os.getpid()})" in str(ports[0].holder(ports[1]))

    def test_a_free_one_has_nobody(self, ports: tuple[LocalPorts, int]) -> None:
        port = ports[0].any_free()
        assert port != ports[1]
        assert ports[0].state(port) == "free"
        assert ports[0].holder(port) is None


def test_a_reserved_port_is_told(tmp_path: Path) -> None:
    """By a process that may not take it."""
    program = (
        "from alpkey.adapters.system.local_ports import SystemPorts; print(SystemPorts().state(81))"
    )
    drop = ["setpriv", "--bounding-set=-net_bind_service"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*drop, sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(glance.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    start = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    assert done.stdout.strip() == ("reserved" if start > 81 else "free")
