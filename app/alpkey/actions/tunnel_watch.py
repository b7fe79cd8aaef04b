"""Watching over a tunnel: what :mod:`alpkey.core.tunnel` decides is carried out here."""

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.way_in import WayIn, explained, unlock
from alpkey.core import jobs, ssh_words, tunnel
from alpkey.core.command import WATCHED, tunnel_to
from alpkey.core.errors import AlpkeyError, Cancelled, Unfit, Unreachable, Unsuitable
from alpkey.core.events import Answer, Event, Result, Step, Warn
from alpkey.core.look import closed_doors
from alpkey.core.ports_remote import Remote
from alpkey.core.ports_tunnels import Alone, Claim, Line, LocalPorts, TunnelFiles
from alpkey.core.symptoms import LoginSeen
from alpkey.core.tunnel import (
    Deed,
    Happening,
    Judge,
    Judged,
    Order,
    Tunnel,
    Verdict,
    Wait,
)
from alpkey.core.tunnel_file import TunnelSeen, TunnelState, TunnelWay, error_row, tunnel_object
from alpkey.core.words import told

# What a cluster's failed login can come to and pass by itself, as after sleep.
_PASSING = ("unreachable", "too-slow", "behind-jump", "hung-up", "other")
_TRIES_FOR_A_PORT = 3


@dataclass(frozen=True, slots=True)
class TunnelRequest:
    """``local_ports`` are wished for, in the order of ``ports``; where they end one is chosen.

    ``may_ask``: whether somebody is there to renew a dead key with.  Where nobody is, ``waits``
    has the tunnel wait for a new one.  ``heard``: whether somebody hears how it ends; else its
    file stays behind to tell.
    """

    cluster: str
    node: str
    ports: tuple[int, ...]
    local_ports: tuple[int, ...] = ()
    open_browser: bool = False
    may_ask: bool = False
    waits: bool = True
    heard: bool = True


@dataclass(frozen=True, slots=True)
class TunnelWorld:
    """``listed`` are the tunnels that files tell of.  ``browse`` raises Unsuitable.

    ``start_alone`` starts Alpkey with these arguments so that it outlives us.  ``process`` is the
    number of our own.
    """

    way: WayIn
    remote: Remote
    line: Line
    files: TunnelFiles
    ports: LocalPorts
    listed: Callable[[], Sequence[TunnelSeen]]
    browse: Callable[[str], None]
    start_alone: Callable[[Sequence[str]], Alone]
    pause: Callable[[float], None]
    process: int


class Watch:
    """Carries out what :mod:`alpkey.core.tunnel` decides, for one tunnel."""

    def __init__(
        self,
        request: TunnelRequest,
        way: TunnelWay,
        config: Path | None,
        claim: Claim,
        world: TunnelWorld,
    ) -> None:
        self._request = request
        self._way = way
        self._config = config
        self._claim = claim
        self._world = world
        self._browsed = False
        self._tunnel, self._order = tunnel.begin(world.way.clock())

    def over(self) -> Generator[Event, Answer, Result]:
        """Until it is over, however that comes."""
        try:
            yield from self._watched()
        except Cancelled:
            if not self._tunnel.was_open:
                raise
            self._close()
        finally:
            self._world.line.stop()
        if error := self._error():
            if not self._request.heard:
                self._claim.show(self._seen())
                self._claim.leave_word()
            raise error
        return tunnel_object(self._seen())

    def _watched(self) -> Generator[Event, Answer, None]:
        shown: Tunnel | None = None
        while True:
            if shown is None or (shown.state, shown.silent) != (
                self._tunnel.state,
                self._tunnel.silent,
            ):
                self._show(must=shown is None)
                shown = self._tunnel
                yield from self._tell()
            if self._order is Deed.FINISH:
                return
            happened = self._done(self._order)
            if self._claim.is_to_close():
                self._close()
                return
            self._tunnel, self._order = tunnel.step(self._tunnel, happened, self._world.way.clock())

    def _show(self, *, must: bool) -> None:
        """A tunnel that stands does not fall because the disk is full."""
        try:
            self._claim.show(self._seen())
        except Unfit:
            if must:
                raise

    def _done(self, order: Order) -> tunnel.Event:
        """Carries the order out, and returns what came of it."""
        world = self._world
        match order:
            case Wait(timeout_s=timeout_s):
                return world.line.news(timeout_s, self._claim) or Happening.ELAPSED
            case Judge(ended=ended):
                return Judged(self._verdict(ended))
            case Deed.LOOK:
                closed = closed_doors(world.way.look(), world.way.clock())
                return tunnel.KeySeen(closed is None)
            case Deed.START:
                for _ in unlock(self._world.way):  # the agent may have been emptied meanwhile
                    pass
                way, options = self._way, WATCHED
                command = tunnel_to(
                    way.node, way.cluster, way.ports, config=self._config, options=options
                )
                world.line.start(command, way)
                return Happening.STARTED
            case Deed.PROBE:
                if not self._tunnel.was_open:
                    with suppress(Unfit):
                        world.files.remember(self._way)
                return tunnel.Probed(world.line.silent())
        late = LoginSeen(self._way.node, None, "It did not end in time.")
        world.line.stop()
        return tunnel.Ended(late)

    def _verdict(self, ended: LoginSeen) -> Verdict:
        """Asked of the cluster: whether it is reached, and whether a job of ours runs there."""
        way, world, was_open = self._way, self._world, self._tunnel.was_open
        if tunnel.port_is_taken(ended):
            return self._elsewhere(ended)
        ran = world.remote.run(way.cluster, self._config, jobs.LIST)
        if not ran.logged_in:
            failed = ran.login(way.cluster)
            if was_open and ssh_words.kind(failed) in _PASSING:
                return "retry"
            return explained(failed, world.way)
        runs_there = jobs.runs_on(way.node, jobs.from_squeue(ran.output)) if not ran.code else None
        if was_open and runs_there is False:
            return "job-ended"
        if was_open and ssh_words.kind(ended) != "host-changed":
            return "retry"
        return _node_error(ended, way, runs_there)

    def _elsewhere(self, ended: LoginSeen) -> Verdict:
        """Somebody took a port between our look and ssh's: another one, where none was wished.

        Where it is ever again another port that ssh misses, it is one of the person's own lines.
        """
        if self._tunnel.failures >= _TRIES_FOR_A_PORT:
            return _node_error(ended, self._way, None)
        wished, pairs = self._request.local_ports, []
        for number, (local, remote) in enumerate(self._way.ports):
            port = local
            if self._world.ports.state(local) != "free":
                if number < len(wished):
                    return busy(local, self._world, besides=self._claim.id)
                port = self._world.ports.any_free()
            pairs.append((port, remote))
        self._way = replace(self._way, ports=tuple(pairs))
        return "retry"

    def _tell(self) -> Generator[Event, Answer, None]:
        facts = {
            "node": self._way.node,
            "url": self._way.url,
            "ports": ", ".join(map(str, self._tunnel.silent)),
        }
        match self._tunnel.state:
            case TunnelState.CONNECTING:
                yield Step("tunnel-connecting", facts)
            case TunnelState.OPEN:
                yield Step("tunnel-open", facts)
                yield from self._browse()
            case TunnelState.SILENT:
                yield Step("tunnel-silent", facts)
            case TunnelState.RECONNECTING:
                yield Step("tunnel-reconnecting", facts)
            case TunnelState.WAITING:
                yield Step("tunnel-waiting", facts)

    def _browse(self) -> Generator[Event, Answer, None]:
        """Once, when the service answers for the first time."""
        if not self._request.open_browser or self._browsed:
            return
        self._browsed = True
        try:
            self._world.browse(self._way.url)
        except Unsuitable as trouble:
            yield Warn("tunnel-not-browsed", {**told(trouble), "url": self._way.url})

    def _close(self) -> None:
        now = self._world.way.clock()
        self._tunnel = replace(self._tunnel, state=TunnelState.CLOSED, since=now, silent=())

    def _error(self) -> AlpkeyError | None:
        if self._tunnel.state is TunnelState.JOB_ENDED:
            return Unreachable("job-ended", node=self._way.node, name=self._way.cluster)
        return self._tunnel.error

    def _seen(self) -> TunnelSeen:
        state, error = self._tunnel.state, self._error()
        return TunnelSeen(
            id=self._claim.id,
            way=self._way,
            state=state,
            since=self._tunnel.since,
            silent=self._tunnel.silent,
            error=error_row(error) if error else None,
            process=self._world.process,
        )


def _node_error(ended: LoginSeen, way: TunnelWay, runs_there: bool | None) -> AlpkeyError:
    """Why a node is not reached while its cluster is."""
    kind = ssh_words.kind(ended)
    offending = ssh_words.offending(ended.said)
    code = "node-unreachable"
    if kind == "refused" and runs_there is False:
        code = "node-closed"
    elif kind == "host-changed":
        code = "node-changed"
    elif kind == "behind-jump" and "resol" in ended.said:
        code = "node-unknown"
    said = ssh_words.last_line(ended.said)
    return Unreachable(code, node=way.node, name=way.cluster, said=said, offending=offending)


def busy(port: int, world: TunnelWorld, besides: str = "") -> Unreachable:
    """Who listens at ``port``, as an error; the tunnel ``besides`` only wanted to."""
    for one in world.listed():
        if one.alive and one.id != besides and port in (local for local, _ in one.way.ports):
            return Unreachable("port-tunnelled", port=port, id=one.id)
    holder = world.ports.holder(port)
    return Unreachable("port-busy", port=port, holder=holder or "A program of this computer")
