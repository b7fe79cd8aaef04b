"""Tunnels as tray and windows show them: pure, from what their files tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from alpkey.core import words
from alpkey.core.look import Look
from alpkey.core.tunnel_file import TunnelSeen


@dataclass(frozen=True, slots=True)
class TunnelEntry:
    """A tunnel in the menu: its name for commands, what is read of it, and where it leads."""

    id: str
    text: str
    url: str


def entries(look: Look) -> tuple[TunnelEntry, ...]:
    """Those that live."""
    return tuple(TunnelEntry(one.id, line(one), one.way.url) for one in look.tunnels if one.alive)


def title(count: int) -> str:
    """The name of the submenu; a screen reader hears from it what the dot shows."""
    return f"Tunnels ({count} open)" if count else "Tunnels"


def name(tunnel: TunnelSeen) -> str:
    """Where it leads, for people: ``nid006554 of daint, port 8888``."""
    ports = [str(remote) for _, remote in tunnel.way.ports]
    many = "ports" if len(ports) > 1 else "port"
    return f"{tunnel.way.node} of {tunnel.way.cluster}, {many} {', '.join(ports)}"


def line(tunnel: TunnelSeen) -> str:
    return f"{name(tunnel)}: {words.TUNNEL_BRIEFLY[tunnel.state.value]}"


def state(tunnel: TunnelSeen) -> str:
    """How it is, in full; of one that failed why."""
    if tunnel.error:
        return f"{tunnel.error['title']}. {tunnel.error['next_step']}"
    said = words.tunnel_state(tunnel.state.value, tunnel.way.node, tunnel.silent)
    return f"{said[0].upper()}{said[1:]}"


def alive(tunnels: Iterable[TunnelSeen]) -> int:
    return sum(one.alive for one in tunnels)


def quit_question(count: int) -> str:
    return "A tunnel is open" if count == 1 else f"{count} tunnels are open"
