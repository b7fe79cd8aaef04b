"""Disconnect: connections that logins share are ended, for they outlive the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.naming import check_name
from alpkey.core.events import Action
from alpkey.core.look import Look
from alpkey.core.ports import OwnSshFiles, Resolver
from alpkey.core.ports_shared import SharedConnections
from alpkey.core.site import Site


@dataclass(frozen=True, slots=True)
class SharedWorld:
    """``resolver`` asks ssh with the file that it is to be given."""

    site: Site
    look: Callable[[], Look]
    own_files: OwnSshFiles
    resolver: Callable[[Path | None], Resolver]
    connections: SharedConnections


def disconnect(name: str | None, world: SharedWorld) -> Action:
    """Ends the connection to ``name``, or every one; their names are the result's ``disconnected``.

    Raises Unsuitable for a name of no host of the centre, and Unreachable.
    """
    yield from ()
    resolver = world.resolver(world.own_files.write(world.look().account))
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
    return {Path(resolver.resolved(one).get("controlpath", "none")): one for one in names}
