"""Supervise a tunnel: carry out what :mod:`alpkey.core.tunnels.lifecycle` decides."""

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.ssh.access import ClusterAccess, explain_failure, unlock
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile, InvalidInput, Unreachable
from alpkey.core.events import Answer, Event, Step, Warn
from alpkey.core.messages.describe_error import quoted
from alpkey.core.results.tunnels import TunnelResult
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.command_lines import WATCHED, tunnel_to
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.ports import RunOnHost
from alpkey.core.state.snapshot import closed_doors
from alpkey.core.tunnels import lifecycle, slurm
from alpkey.core.tunnels.lifecycle import (
    Effect,
    Judge,
    Judged,
    Order,
    Trigger,
    Tunnel,
    Verdict,
    Wait,
)
from alpkey.core.tunnels.ports import (
    Claim,
    DetachedTunnel,
    LocalPorts,
    News,
    SshProcess,
    TunnelFiles,
)
from alpkey.core.tunnels.record import (
    TunnelObservation,
    TunnelState,
    TunnelTarget,
    error_row,
    tunnel_object,
)

# Kinds of failed logins that pass by themselves, as after sleep.
_PASSING = ("unreachable", "too-slow", "behind-jump", "hung-up", "other")
_TRIES_FOR_A_PORT = 3
_LOOKS_FOR_REQUESTS_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class TunnelRequest:
    """``local_ports`` are for the first of ``ports``; for the rest one is chosen.

    ``may_ask``: whether the user can be asked, to renew an invalid key; if not, ``waits`` has the
    tunnel wait for a new one.  ``heard``: whether the caller learns how it ends; if not, its file
    stays to show that.
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
    """``listed`` reads the tunnels' files.  ``browse`` raises InvalidInput.

    ``start_detached_tunnel`` starts Alpkey with these arguments in a process that outlives this
    one, whose id is ``process``.  ``as_account`` are options of ssh for the node, whose block has
    the first account's key.
    """

    access: ClusterAccess
    run_on_host: RunOnHost
    line: SshProcess
    files: TunnelFiles
    ports: LocalPorts
    listed: Callable[[], Sequence[TunnelObservation]]
    browse: Callable[[str], None]
    start_detached_tunnel: Callable[[Sequence[str]], DetachedTunnel]
    pause: Callable[[float], None]
    process: int
    as_account: tuple[str, ...] = ()


class Watch:
    """Carries out what the lifecycle decides, for one tunnel."""

    def __init__(
        self,
        request: TunnelRequest,
        target: TunnelTarget,
        config: Path | None,
        claim: Claim,
        world: TunnelWorld,
    ) -> None:
        self._request = request
        self._target = target
        self._config = config
        self._claim = claim
        self._world = world
        self._browsed = False
        self._tunnel, self._order = lifecycle.begin(world.access.clock())

    def run(self) -> Generator[Event, Answer, TunnelResult]:
        """Run until the tunnel has ended; the result is its last state."""
        try:
            yield from self._run()
        except Cancelled:
            if not self._tunnel.was_open:
                raise
            self._close()
        finally:
            self._world.line.stop()
        if error := self._error():
            if not self._request.heard:
                self._claim.show(self._observation())
                self._claim.leave_word()
            raise error
        return tunnel_object(self._observation())

    def _run(self) -> Generator[Event, Answer, None]:
        shown: Tunnel | None = None
        while True:
            if shown is None or (shown.state, shown.silent) != (
                self._tunnel.state,
                self._tunnel.silent,
            ):
                self._show(must=shown is None)
                shown = self._tunnel
                yield from self._report()
            if self._order is Effect.FINISH:
                return
            happened = self._carry_out(self._order)
            if self._claim.is_to_close():
                self._close()
                return
            self._tunnel, self._order = lifecycle.step(
                self._tunnel, happened, self._world.access.clock()
            )

    def _show(self, *, must: bool) -> None:
        """Write the tunnel's file; an open tunnel is not closed because the disk is full."""
        try:
            self._claim.show(self._observation())
        except InvalidFile:
            if must:
                raise

    def _carry_out(self, order: Order) -> lifecycle.Event:
        """Carry out the order; returns the event that came of it."""
        world = self._world
        match order:
            case Wait(timeout_s=timeout_s):
                return self._news(timeout_s) or Trigger.ELAPSED
            case Judge(ended=ended):
                return Judged(self._verdict(ended))
            case Effect.LOOK:
                closed = closed_doors(world.access.snapshot(), world.access.clock())
                return lifecycle.KeyChecked(closed is None)
            case Effect.START:
                self._prepare()
                target, options = self._target, (*WATCHED, *world.as_account)
                command = tunnel_to(
                    target.node, target.cluster, target.ports, config=self._config, options=options
                )
                world.line.start(command, target)
                return Trigger.STARTED
            case Effect.PROBE:
                if not self._tunnel.was_open:
                    with suppress(InvalidFile):
                        world.files.remember(self._target)
                return lifecycle.Probed(world.line.silent())
        late = LoginObservation(self._target.node, None, "It did not end in time.")
        world.line.stop()
        return lifecycle.Ended(late)

    def _news(self, timeout_s: float | None) -> News | None:
        """What ssh reports in that time; in parts, for a request on disk wakes no one."""
        left_s = math.inf if timeout_s is None else timeout_s
        while True:
            part_s = min(left_s, _LOOKS_FOR_REQUESTS_EVERY_S)
            if news := self._world.line.news(part_s, self._claim.fileno()):
                return news
            left_s -= part_s
            if left_s <= 0 or self._claim.is_to_close():
                return None

    def _prepare(self) -> None:
        """The agent may have lost the key meanwhile, or hang, or answer again."""
        access = self._world.access
        for _ in unlock(access, self._config):
            pass
        with suppress(InvalidFile):  # a full disk ends no tunnel
            self._config = access.write_config(access.snapshot().account)

    def _verdict(self, ended: LoginObservation) -> Verdict:
        """Ask the cluster: can it be reached, and does a job of the user's run on the node?"""
        target, world, was_open = self._target, self._world, self._tunnel.was_open
        if lifecycle.port_is_taken(ended.said, target.local_ports):
            return self._other_ports(ended)
        ran = world.run_on_host(target.cluster, self._config, slurm.LIST)
        if not ran.logged_in:
            failed = ran.login(target.cluster)
            if was_open and error_messages.kind(failed) in _PASSING:
                return "retry"
            return explain_failure(failed, world.access)
        runs_there = (
            slurm.runs_on(target.node, slurm.from_squeue(ran.output)) if not ran.code else None
        )
        if was_open and runs_there is False:
            return "job-ended"
        if was_open and error_messages.kind(ended) != "host-changed":
            return "retry"
        return _node_error(ended, target, runs_there)

    def _other_ports(self, ended: LoginObservation) -> Verdict:
        """Choose other local ports, for one was taken before ssh could listen at it.

        If that fails again and again, ssh lacks a port of a forwarding in the user's own lines.
        """
        if self._tunnel.failures >= _TRIES_FOR_A_PORT:
            return _node_error(ended, self._target, None)
        given, pairs = self._request.local_ports, []
        for number, (local, remote) in enumerate(self._target.ports):
            port = local
            if self._world.ports.state(local) != "free":
                if number < len(given):
                    return busy(local, self._world, besides=self._claim.id)
                port = self._world.ports.any_free()
            pairs.append((port, remote))
        self._target = self._target._replace(ports=tuple(pairs))
        return "retry"

    def _report(self) -> Generator[Event, Answer, None]:
        facts = {
            "node": self._target.node,
            "url": self._target.url,
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
        """Open the browser once, when the service answers for the first time."""
        if not self._request.open_browser or self._browsed:
            return
        self._browsed = True
        try:
            self._world.browse(self._target.url)
        except InvalidInput as error:
            yield Warn("tunnel-not-browsed", {**quoted(error), "url": self._target.url})

    def _close(self) -> None:
        now = self._world.access.clock()
        self._tunnel = replace(self._tunnel, state=TunnelState.CLOSED, since=now, silent=())

    def _error(self) -> AlpkeyError | None:
        if self._tunnel.state is TunnelState.JOB_ENDED:
            return Unreachable("job-ended", node=self._target.node, name=self._target.cluster)
        return self._tunnel.error

    def _observation(self) -> TunnelObservation:
        state, error = self._tunnel.state, self._error()
        return TunnelObservation(
            id=self._claim.id,
            target=self._target,
            state=state,
            since=self._tunnel.since,
            silent=self._tunnel.silent,
            error=error_row(error) if error else None,
            process=self._world.process,
        )


def _node_error(
    ended: LoginObservation, target: TunnelTarget, runs_there: bool | None
) -> AlpkeyError:
    """Why a node cannot be reached while its cluster can."""
    kind = error_messages.kind(ended)
    offending = error_messages.offending(ended.said)
    code = "node-unreachable"
    if kind == "refused" and runs_there is False:
        code = "node-closed"
    elif kind == "host-changed":
        code = "node-changed"
    elif kind == "behind-jump" and "resol" in ended.said:
        code = "node-unknown"
    message = error_messages.last_line(ended.said)
    return Unreachable(
        code, node=target.node, name=target.cluster, said=message, offending=offending
    )


def busy(port: int, world: TunnelWorld, besides: str = "") -> Unreachable:
    """Which program listens at ``port``, as an error; the tunnel ``besides`` does not count."""
    for tunnel in world.listed():
        local_ports = [local for local, _ in tunnel.target.ports]
        if tunnel.alive and tunnel.id != besides and port in local_ports:
            return Unreachable("port-tunnelled", port=port, id=tunnel.id)
    holder = world.ports.holder(port)
    return Unreachable("port-busy", port=port, holder=holder or "A program of this computer")
