"""End the shared connections of logins, for they outlive the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.ssh.host_name import check_name
from alpkey.core.events import Action
from alpkey.core.ports import OwnConfigFiles, Resolver
from alpkey.core.results.ssh import DisconnectResult
from alpkey.core.site import Site
from alpkey.core.ssh.control_socket_ports import ControlSockets
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class DisconnectWorld:
    """``resolver`` asks ssh with the given file."""

    site: Site
    snapshot: Callable[[], Snapshot]
    own_files: OwnConfigFiles
    resolver: Callable[[Path | None], Resolver]
    connections: ControlSockets


def disconnect(name: str | None, world: DisconnectWorld) -> Action[DisconnectResult]:
    """End the connection to ``name``, or all of them.

    Raises InvalidInput for a name that is no host of the centre, and Unreachable.
    """
    yield from ()
    resolver = world.resolver(world.own_files.write(world.snapshot().account))
    if name is not None:
        check_name(name, world.site, resolver)
    ended = []
    if sockets := world.connections.open():
        names = [name] if name else [host.name for host in world.site.hosts]
        hosts = _hosts(names, resolver)
        for socket in sockets:
            if name is None or socket in hosts:
                world.connections.end(socket)
                ended.append(hosts.get(socket, socket.name))
    return {"disconnected": ended}


def _hosts(names: list[str], resolver: Resolver) -> Mapping[Path, str]:
    """The name of the host behind each socket."""
    return {Path(resolver.resolved(name).get("controlpath", "none")): name for name in names}
