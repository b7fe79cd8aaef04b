"""Watching over a tunnel in a world that does what no sandbox can be asked to do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.actions.tunnels.open_close import (
    close_tunnels,
    open_detached,
    open_tunnel,
    print_tunnel,
)
from alpkey.actions.tunnels.supervisor import TunnelRequest, TunnelWorld
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile, InvalidInput, NoKey, Unreachable
from alpkey.core.events import Event, Step
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.ports import RemoteResult
from alpkey.core.tunnels.lifecycle import Ended, Trigger
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget, error_row
from tests.actions.tunnels.test_jobs import Desk as JobsDesk
from tests.actions.worlds import RIGHT, Played, play
from tests.contracts.fakes_ssh import FakeRemote
from tests.contracts.fakes_tunnels import (
    FakeDetachedTunnel,
    FakeLocalPorts,
    FakeSshProcess,
    FakeTunnelFiles,
)

NODE = "nid006554"
LISTENING, REFUSED = Trigger.LISTENING, Trigger.REFUSED


def ended(said: str, code: int = 255) -> Ended:
    return Ended(LoginObservation(NODE, code, said))


LOST = ended("Connection closed")
TAKEN = ended("bind [127.0.0.1]:6006: Address already in use")
DENIED = ended("Permission denied (publickey).")
OURS = f"alpkey|1|RUNNING|1:00:00|{NODE}|a\n"


class Desk:
    """A world for tunnels, with a good key unless it is taken away."""

    def __init__(
        self, folder: Path, *runs: Sequence[Any], jobs: str = OURS, with_key: bool = True
    ) -> None:
        self.around = JobsDesk(folder)
        if with_key:
            self.renew()
        self.line = FakeSshProcess(*runs)
        self.files = FakeTunnelFiles()
        self.ports = FakeLocalPorts()
        self.remote = FakeRemote({"daint": {"squeue": lambda _: RemoteResult(0, jobs, "")}})
        self.pages: list[str] = []
        self.started: list[list[str]] = []
        self.now = datetime.now(UTC)

    @property
    def world(self) -> TunnelWorld:
        return TunnelWorld(
            access=replace(self.around.access, clock=self.clock),
            run_on_host=self.remote.run,
            line=self.line,
            files=self.files,
            ports=self.ports,
            listed=self.files.listed,
            browse=self.pages.append,
            start_detached_tunnel=self.start_detached_tunnel,
            pause=lambda _: None,
            process=7,
        )

    def renew(self) -> None:
        play(renew(RenewRequest(), self.around.fakes.renewal), RIGHT)

    def clock(self) -> datetime:
        return self.now

    def start_detached_tunnel(self, arguments: Sequence[str]) -> FakeDetachedTunnel:
        self.started.append(list(arguments))
        return FakeDetachedTunnel()

    @property
    def states(self) -> list[str]:
        (claim,) = self.files.claims
        return [one.state.value for one in claim.history]

    def open(self, close_at: str = "", **more: Any) -> Played:
        """Opens and watches; closed when this step is told."""

        def hear(event: Event) -> None:
            if isinstance(event, Step) and event.id == close_at:
                self.files.close(self.files.claims[-1].id)

        request = TunnelRequest("daint", NODE, more.pop("ports", (6006,)), **more)
        return play(open_tunnel(request, self.world), on_event=hear)


def test_the_browser_opens_once_and_when_the_service_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING, REFUSED, LOST], [LISTENING, DENIED], jobs="")
    with pytest.raises(Unreachable):
        desk.open(open_browser=True)
    assert desk.pages == ["http://127.0.0.1:6006"]
    assert desk.states == ["connecting", "open", "reconnecting", "open", "job-ended"]


def test_a_service_that_comes_later_is_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING, REFUSED])
    desk.line.refusing = {6006}

    def hear(event: Event) -> None:
        if isinstance(event, Step) and event.id == "tunnel-silent":
            desk.line.refusing = set()
            desk.now += timedelta(minutes=1)
        if isinstance(event, Step) and event.id == "tunnel-open":
            desk.files.close("daint-nid006554-6006")

    told = play(open_tunnel(TunnelRequest("daint", NODE, (6006,)), desk.world), on_event=hear)
    assert told.steps == ["tunnel-connecting", "tunnel-silent", "tunnel-open"]
    assert told.result["state"] == "closed"


def test_an_outage_of_the_cluster_is_waited_out(tmp_path: Path) -> None:
    """The node says no and the cluster cannot be asked: nothing is said of the job."""
    desk = Desk(tmp_path, [LISTENING, DENIED], [LISTENING])
    desk.remote.hosts.clear()
    told = desk.open(close_at="tunnel-reconnecting")
    assert told.result["state"] == "closed"
    assert desk.states == ["connecting", "open", "reconnecting"]


CHANGED = "REMOTE HOST IDENTIFICATION HAS CHANGED\nOffending ED25519 key in /f:3\n"


def test_a_node_with_another_key_is_not_tried_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING, ended(CHANGED)])
    with pytest.raises(Unreachable) as wrong:
        desk.open()
    assert (wrong.value.code, wrong.value.params["offending"]) == ("node-changed", "/f:3")


def test_a_line_of_the_persons_own_for_a_busy_port_is_told_in_the_end(tmp_path: Path) -> None:
    """The port that ssh misses is none of ours, which are free each time."""
    desk = Desk(tmp_path, *[[TAKEN]] * 4)
    with pytest.raises(Unreachable) as wrong:
        desk.open()
    assert wrong.value.code == "node-unreachable"
    assert "Address already in use" in str(wrong.value.params["said"])
    assert len(desk.line.started) == 4


def test_a_full_disk_ends_no_tunnel_that_stands(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING])

    def full(*_: object) -> None:
        raise InvalidFile("disk-full", path="state")

    def hear(event: Event) -> None:
        (claim,) = desk.files.claims
        if isinstance(event, Step) and event.id == "tunnel-connecting":
            claim.show = full
            desk.files.remember = full
        if isinstance(event, Step) and event.id == "tunnel-open":
            claim.wished = True

    told = play(open_tunnel(TunnelRequest("daint", NODE, (6006,)), desk.world), on_event=hear)
    assert told.result["state"] == "closed"


def test_a_person_who_is_there_renews_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING], with_key=False)

    def hear(event: Event) -> None:
        if isinstance(event, Step) and event.id == "tunnel-open":
            desk.files.close("daint-nid006554-6006")

    request = TunnelRequest("daint", NODE, (6006,), may_ask=True)
    told = play(open_tunnel(request, desk.world), RIGHT, on_event=hear)
    assert told.steps.index("installed") < told.steps.index("tunnel-connecting")


def test_a_cluster_without_jobs_to_tell_ends_no_tunnel(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING, DENIED], [LISTENING])
    desk.remote.hosts["daint"] = {}
    assert desk.open(close_at="tunnel-reconnecting").result["state"] == "closed"


@pytest.mark.parametrize(
    ("jobs", "said", "code"),
    [
        ("", "Permission denied (publickey).", "node-closed"),
        (OURS, "Permission denied (publickey).", "node-unreachable"),
        (
            OURS,
            "open failed: Temporary failure in name resolution\nstdio forwarding failed",
            "node-unknown",
        ),
        (
            OURS,
            "open failed: connect failed: No route to host\nstdio forwarding failed",
            "node-unreachable",
        ),
        (
            OURS,
            "REMOTE HOST IDENTIFICATION HAS CHANGED\nOffending ED25519 key in /f:3\n",
            "node-changed",
        ),
    ],
)
def test_a_first_failure_is_explained(tmp_path: Path, jobs: str, said: str, code: str) -> None:
    desk = Desk(tmp_path, [ended(said)], jobs=jobs)
    with pytest.raises(Unreachable) as wrong:
        desk.open()
    assert wrong.value.code == code
    assert desk.files.listed() == []


def test_a_port_lost_in_the_last_moment_is_given_up_for_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [TAKEN], [LISTENING])

    def hear(event: Event) -> None:
        if isinstance(event, Step) and event.id == "tunnel-connecting":
            desk.ports.busy[6006] = "jupyter (7)"
        if isinstance(event, Step) and event.id == "tunnel-open":
            desk.files.close("daint-nid006554-6006")

    request = TunnelRequest("daint", NODE, (6006, 6007))
    told = play(open_tunnel(request, desk.world), on_event=hear)
    assert told.result["ports"] == [[49152, 6006], [6007, 6007]]
    assert desk.states == ["connecting", "open"]


def test_a_wished_port_lost_in_the_last_moment_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [TAKEN])

    def hear(event: Event) -> None:
        desk.ports.busy[6006] = "jupyter (7)"

    request = TunnelRequest("daint", NODE, (6006,), (6006,))
    with pytest.raises(Unreachable) as wrong:
        play(open_tunnel(request, desk.world), on_event=hear)
    assert (wrong.value.code, wrong.value.params["holder"]) == ("port-busy", "jupyter (7)")


def test_where_nobody_hears_the_file_tells_how_it_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [DENIED], jobs="")
    with pytest.raises(Unreachable):
        desk.open(heard=False)
    (left,) = desk.files.listed()
    assert left.state is TunnelState.FAILED
    assert left.error
    assert (left.error["code"], left.error["exit_code"]) == ("node-closed", 5)


def test_a_dead_key_is_renewed_waited_for_or_an_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING], with_key=False)
    with pytest.raises(NoKey):
        desk.open(waits=False)
    assert desk.line.started == []
    told = desk.open(close_at="tunnel-waiting")
    assert told.steps == ["tunnel-connecting", "tunnel-waiting"]
    assert desk.line.started == []


def test_a_wait_for_a_key_ends_with_the_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING], with_key=False)

    def hear(event: Event) -> None:
        if isinstance(event, Step) and event.id == "tunnel-waiting":
            desk.renew()
        if isinstance(event, Step) and event.id == "tunnel-open":
            desk.files.close("daint-nid006554-6006")

    play(open_tunnel(TunnelRequest("daint", NODE, (6006,)), desk.world), on_event=hear)
    assert desk.states == ["connecting", "waiting-for-key", "connecting", "open"]


@pytest.mark.parametrize("close_at", ["tunnel-connecting", "tunnel-open"])
def test_a_cancel_is_a_close_only_of_what_stands(tmp_path: Path, close_at: str) -> None:
    desk = Desk(tmp_path, [LISTENING])
    action = open_tunnel(TunnelRequest("daint", NODE, (6006,)), desk.world)
    for event in action:
        if isinstance(event, Step) and event.id == close_at:
            break
    with pytest.raises(Cancelled if close_at == "tunnel-connecting" else StopIteration) as end:
        action.throw(Cancelled())
    if isinstance(end.value, StopIteration):
        assert end.value.value["state"] == "closed"
    assert desk.files.listed() == []


def test_local_ports_are_those_wished_for_then_free_ones(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING])
    desk.ports.busy = {8888: "jupyter (7)"}
    told = desk.open(ports=(80, 8888, 8888, 6006), local_ports=(9000,), close_at="tunnel-open")
    assert told.result["ports"] == [[9000, 80], [49152, 8888], [49152, 8888], [6006, 6006]]
    for wish, code in ((8888, "port-busy"), (443, "port-reserved")):
        with pytest.raises(Unreachable) as wrong:
            desk.open(local_ports=(wish,))
        assert wrong.value.code == code


def test_the_printed_line_needs_no_key_and_no_free_port(tmp_path: Path) -> None:
    desk = Desk(tmp_path, with_key=False)
    desk.ports.busy = {6006: None}
    told = play(print_tunnel(TunnelRequest("daint", NODE, (6006,)), desk.world))
    forward = "127.0.0.1:6006:127.0.0.1:6006"
    assert told.result["command"][-5:] == ["-J", "daint", "-L", forward, NODE]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (error_row(Unreachable("node-closed", node=NODE, name="daint")), "node-closed"),
        (error_row(NoKey(key_path="/k")), "no-key"),
    ],
)
def test_one_in_the_background_fails_with_its_own_words(
    tmp_path: Path, row: dict[str, Any], error: str
) -> None:
    desk = Desk(tmp_path)

    def start(arguments: Sequence[str]) -> FakeDetachedTunnel:
        assert arguments == ["tunnel", "open", "--", "daint", NODE, "6006"]
        with desk.files.claim("x") as claim:
            access = TunnelTarget("daint", NODE, ((6006, 6006),))
            left = TunnelObservation(
                "x", access, TunnelState.FAILED, desk.now, False, (), row, process=8
            )
            claim.show(left)
            claim.leave_word()
        return FakeDetachedTunnel()

    world = replace(desk.world, start_detached_tunnel=start)
    with pytest.raises(AlpkeyError) as wrong:
        play(open_detached(TunnelRequest("daint", NODE, (6006,)), world))
    assert (wrong.value.code, wrong.value.exit_code) == (error, row["exit_code"])
    assert desk.files.listed() == []


def test_one_in_the_background_that_dies_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(Unreachable) as wrong:
        play(open_detached(TunnelRequest("daint", NODE, (6006,)), desk.world))
    assert wrong.value.code == "tunnel-died"


def test_whoever_cancels_takes_the_one_in_the_background_along(tmp_path: Path) -> None:
    desk, other = Desk(tmp_path), FakeDetachedTunnel(lives=True)

    def pause(_: float) -> None:
        raise Cancelled

    world = replace(desk.world, start_detached_tunnel=lambda _: other, pause=pause)
    with pytest.raises(Cancelled):
        play(open_detached(TunnelRequest("daint", NODE, (6006,)), world))
    assert not other.lives


def test_where_the_last_one_led_is_remembered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [LISTENING])
    desk.open(close_at="tunnel-open", local_ports=(9000,))
    assert desk.files.last == TunnelTarget("daint", NODE, ((9000, 6006),))


def test_of_several_to_close_an_unknown_one_closes_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.files.claim("a") as claim:
        claim.show(
            TunnelObservation(
                "a", TunnelTarget("daint", NODE, ((1, 1),)), TunnelState.OPEN, desk.now
            )
        )
        with pytest.raises(InvalidInput):
            play(close_tunnels(["a", "b"], desk.world))
        assert not claim.is_to_close()
        assert play(close_tunnels([], desk.world, every=True)).result == {"closed": ["a"]}
        assert claim.is_to_close()
