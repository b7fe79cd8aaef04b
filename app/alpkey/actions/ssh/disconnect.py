"""End the shared connections of logins, for they outlive the key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.ssh.host_name import alias_for
from alpkey.core.events import Action
from alpkey.core.results.ssh import DisconnectResult
from alpkey.core.site import Site
from alpkey.core.ssh.ports import ResolveHost, WriteOwnConfig
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class DisconnectWorld:
    """``resolve_with`` returns a query to ssh with this file for ``-F``."""

    site: Site
    snapshot: Callable[[], Snapshot]
    write_config: WriteOwnConfig
    resolve_with: Callable[[Path | None], ResolveHost]
    open_connections: Callable[[], Sequence[Path]]
    end_connection: Callable[[Path], None]


def disconnect(name: str | None, world: DisconnectWorld) -> Action[DisconnectResult]:
    """End the connection to ``name``, or all of them.

    Raises InvalidInput for a name that is no host of the centre, and Unreachable.
    """
    yield from ()
    resolve = world.resolve_with(world.write_config(world.snapshot().account))
    if name is not None:
        name = alias_for(name, world.site, resolve)
    ended = []
    if sockets := world.open_connections():
        names = [name] if name else [host.name for host in world.site.hosts]
        hosts = _hosts(names, resolve)
        for socket in sockets:
            if name is None or socket in hosts:
                world.end_connection(socket)
                ended.append(hosts.get(socket, socket.name))
    return {"disconnected": ended}


def _hosts(names: list[str], resolve: ResolveHost) -> Mapping[Path, str]:
    """The name of the host behind each socket."""
    return {Path(resolve(name).get("controlpath", ("none",))[0]): name for name in names}
