"""Disconnect: connections that logins share are ended, for they outlive the key."""

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
    """``resolver`` asks ssh with the file that it is to be given."""

    site: Site
    snapshot: Callable[[], Snapshot]
    own_files: OwnConfigFiles
    resolver: Callable[[Path | None], Resolver]
    connections: ControlSockets


def disconnect(name: str | None, world: DisconnectWorld) -> Action[DisconnectResult]:
    """Ends the connection to ``name``, or every one; their names are the result's ``disconnected``.

    Raises InvalidInput for a name of no host of the centre, and Unreachable.
    """
    yield from ()
    resolver = world.resolver(world.own_files.write(world.snapshot().account))
    if name is not None:
        check_name(name, world.site, resolver)
    ended = []
    if sockets := world.connections.open():
        names = [name] if name else [host.name for host in world.site.hosts]
        called = _called(names, resolver)
        for socket in sockets:
            if name is None or socket in called:
                world.connections.end(socket)
                ended.append(called.get(socket, socket.name))
    return {"disconnected": ended}


def _called(names: list[str], resolver: Resolver) -> Mapping[Path, str]:
    """The name of the host behind each socket."""
    return {Path(resolver.resolved(name).get("controlpath", "none")): name for name in names}
