"""Tunnels to services on compute nodes: opened, listed, closed."""

from collections.abc import Generator, Sequence
from pathlib import Path

from alpkey.actions.ssh.access import check_cluster, unlock
from alpkey.actions.tunnels.supervisor import TunnelRequest, TunnelWorld, Watch, busy
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.results.ssh import CommandResult
from alpkey.core.results.tunnels import (
    ClosedTunnelsResult,
    TunnelError,
    TunnelResult,
    TunnelsResult,
)
from alpkey.core.ssh.command_lines import tunnel_to
from alpkey.core.state.snapshot import closed_doors
from alpkey.core.tunnels import lifecycle
from alpkey.core.tunnels.ports import DetachedTunnel
from alpkey.core.tunnels.record import TunnelState, TunnelTarget, tunnel_object

_POLL_S = 0.05


def print_tunnel(request: TunnelRequest, world: TunnelWorld) -> Action[CommandResult]:
    """The plain ssh command.  Raises InvalidInput for what is no cluster, node or port."""
    yield from ()
    config, target = _checked(request, world, free=False)
    command = tunnel_to(
        target.node, target.cluster, target.ports, config=config, options=world.as_account
    )
    return {"command": command}


def open_tunnel(request: TunnelRequest, world: TunnelWorld) -> Action[TunnelResult]:
    """Open a tunnel and supervise it until it is closed.  The result is its last state.

    Raises InvalidInput for what is no cluster, node or port, Unreachable for a busy port, for a
    node or cluster that cannot be reached, and (``job-ended``) when the job on the node has ended.
    """
    config, target = _checked(request, world)
    config = yield from _with_key(request, config, world)
    with world.files.claim(target.name) as claim:
        return (yield from Watch(request, target, config, claim, world).run())


def open_detached(request: TunnelRequest, world: TunnelWorld) -> Action[TunnelResult]:
    """Start another process that opens and supervises the tunnel; return once it is open.

    Also returns once it waits for a key.  Raises what ``open_tunnel`` raises until then.
    """
    config, target = _checked(request, world)
    yield from _with_key(request, config, world)
    words = [word for port in request.local_ports for word in ("--local-port", str(port))]
    words += ["--open-browser"] if request.open_browser else []
    remote = [str(port) for port in request.ports]
    other = world.start_detached_tunnel(
        ["tunnel", "open", *words, "--", target.cluster, target.node, *remote]
    )
    try:
        return _wait_until_open(other, target, world)
    except Cancelled:
        other.end()
        raise


def _wait_until_open(
    other: DetachedTunnel, target: TunnelTarget, world: TunnelWorld
) -> TunnelResult:
    """The other process's tunnel, once it is open or waits for a key.  Raises why it failed."""
    while True:
        still_runs = (
            other.runs()
        )  # asked before the files are read, so that its last state is not missed
        for seen in (tunnel for tunnel in world.listed() if tunnel.process == other.number):
            if seen.state.is_up or seen.state is TunnelState.WAITING:
                return tunnel_object(seen)
            if seen.error and not seen.alive:
                world.files.forget(seen.id)
                raise _recorded_error(seen.error)
        if not still_runs:
            raise Unreachable("tunnel-died", id=target.name)
        world.pause(_POLL_S)


def list_tunnels(world: TunnelWorld) -> Action[TunnelsResult]:
    """The active tunnels, and those whose end was not shown yet."""
    yield from ()
    return {"tunnels": [tunnel_object(tunnel) for tunnel in world.listed()]}


def close_tunnels(
    ids: Sequence[str], world: TunnelWorld, *, every: bool = False
) -> Action[ClosedTunnelsResult]:
    """Close these, or ``every`` tunnel.

    Raises InvalidInput (``tunnel-unknown``), and then none was closed; Unreachable
    (``tunnel-stuck``) for one that does not answer.
    """
    yield from ()
    known = {tunnel.id: tunnel for tunnel in world.listed()}
    for wanted in ids:
        if wanted not in known:
            shown = ", ".join(known) or "none"
            raise InvalidInput("tunnel-unknown", id=wanted, known=shown)
    closed = list(known) if every else list(dict.fromkeys(ids))
    for tunnel_id in closed:
        alive = known[tunnel_id].alive
        answered = alive and world.files.close(tunnel_id)
        world.files.forget(tunnel_id)
        if alive and not answered and any(left.id == tunnel_id for left in world.listed()):
            raise Unreachable("tunnel-stuck", id=tunnel_id)
    return {"closed": closed}


def _checked(
    request: TunnelRequest, world: TunnelWorld, *, free: bool = True
) -> tuple[Path | None, TunnelTarget]:
    """The file for ``ssh -F`` and the target; with ``free`` only from free local ports."""
    alias, config = check_cluster(request.cluster, world.access)
    pattern = world.access.site.node_pattern
    if not lifecycle.fits(request.node, pattern):
        raise InvalidInput("node-unfit", node=request.node, pattern=pattern)
    local_ports = [*request.local_ports, *[None] * len(request.ports)]
    taken: set[int] = set()
    pairs = []
    for remote, given in zip(request.ports, local_ports, strict=False):
        local = _local_port(remote, given, taken, world) if free else given or remote
        taken.add(local)
        pairs.append((local, remote))
    # Whichever of its names was typed, a cluster has one tunnel to a port of a node.
    host = world.access.site.host_named(alias)
    cluster = host.name if host else alias
    return config, TunnelTarget(cluster, request.node, tuple(pairs))


def _local_port(remote: int, given: int | None, taken: set[int], world: TunnelWorld) -> int:
    """The given port; else the service's own number, or any free port."""
    port = given or remote
    state = "busy" if port in taken else world.ports.state(port)
    if state == "free":
        return port
    if given is None:
        return world.ports.any_free()
    if state == "reserved":
        raise Unreachable("port-reserved", port=port)
    raise busy(port, world)


def _with_key(
    request: TunnelRequest, config: Path | None, world: TunnelWorld
) -> Generator[Event, Answer, Path | None]:
    """The file for ``ssh -F``, once the key is valid or if the tunnel may wait for one."""
    access = world.access
    if closed := closed_doors(access.snapshot(), access.clock()):
        if request.may_ask:
            yield from access.renew()
            config = access.write_config(access.snapshot().account)
        elif not request.waits:
            raise closed
    return (yield from unlock(access, config, may_ask=request.may_ask))


def _recorded_error(row: TunnelError) -> AlpkeyError:
    """The error that another process recorded."""
    kinds = {kind.exit_code: kind for kind in AlpkeyError.__subclasses__()}
    error = kinds[row["exit_code"]](row["code"], retryable=row["retryable"])
    error.params.update(row["params"])
    return error
