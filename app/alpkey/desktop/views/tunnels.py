"""Tunnels as tray and windows show them: pure, from what their files tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from alpkey.core.messages import times
from alpkey.core.messages import tunnels as tunnel_messages
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.tunnels.record import TunnelObservation, address
from alpkey.desktop.views import errors as error_view


@dataclass(frozen=True, slots=True)
class TunnelEntry:
    """A tunnel in the menu: its name for commands, what is read of it, and where it leads."""

    id: str
    text: str
    url: str


def entries(snapshot: Snapshot) -> tuple[TunnelEntry, ...]:
    """Those that live."""
    return tuple(
        TunnelEntry(one.id, line(one), one.target.url) for one in snapshot.tunnels if one.alive
    )


def title(count: int) -> str:
    """The name of the submenu; a screen reader hears from it what the dot shows."""
    return f"Tunnels ({count} open)" if count else "Tunnels"


def name(tunnel: TunnelObservation) -> str:
    """Where it leads, for people: ``nid006554 of daint, port 8888``."""
    ports = [str(remote) for _, remote in tunnel.target.ports]
    many = "ports" if len(ports) > 1 else "port"
    return f"{tunnel.target.node} of {tunnel.target.cluster}, {many} {', '.join(ports)}"


def line(tunnel: TunnelObservation) -> str:
    return f"{name(tunnel)}: {tunnel_messages.BRIEF_STATES[tunnel.state.value]}"


def state(tunnel: TunnelObservation) -> str:
    """How it is, in full; of one that failed why."""
    if tunnel.error:
        return error_view.text(tunnel.error)
    said = tunnel_messages.state_text(tunnel.state.value, tunnel.target.node, tunnel.silent)
    return f"{said[0].upper()}{said[1:]}"


def told(tunnel: TunnelObservation) -> str:
    """The same, and where it begins on this computer."""
    if not tunnel.alive:
        return state(tunnel)
    here = ", ".join(address(local) for local, _ in tunnel.target.ports)
    return f"{state(tunnel)}\n{here}"


def alive(tunnels: Iterable[TunnelObservation]) -> int:
    return sum(one.alive for one in tunnels)


def how_many(count: int) -> str:
    """The same as a sentence."""
    if not count:
        return "No tunnel is open"
    return "A tunnel is open" if count == 1 else f"{count} tunnels are open"


# The services that people open most, with their usual ports.
SERVICES: tuple[tuple[str, int], ...] = (
    ("Jupyter", 8888),
    ("TensorBoard", 6006),
    ("VS Code", 8080),
    ("vLLM", 8000),
)
OTHER = "Other"


def services() -> list[str]:
    return [*(f"{name} ({port})" for name, port in SERVICES), OTHER]


def service_of(ports: str) -> int:
    """Which of the services these typed ports are of; the last one stands for all others."""
    usual = [str(port) for _, port in SERVICES]
    return usual.index(ports.strip()) if ports.strip() in usual else len(SERVICES)


def ports_typed(text: str) -> tuple[int, ...] | None:
    """Ports with spaces or commas between them; None where something else was typed."""
    words_typed = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() and len(word) < 6 for word in words_typed):
        return None
    ports = tuple(int(word) for word in words_typed)
    return ports if all(1 <= port <= 65535 for port in ports) else None


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job that runs: its number, its nodes, and what is read of it."""

    id: str
    nodes: tuple[str, ...]
    text: str


def running(jobs: Iterable[dict[str, Any]]) -> tuple[JobLine, ...]:
    """The jobs of ``alpkey jobs`` that have nodes."""
    return tuple(JobLine(job["id"], tuple(job["nodes"]), _job(job)) for job in jobs if job["nodes"])


def _job(job: dict[str, Any]) -> str:
    first, *more = job["nodes"]
    others = f" and {len(more)} more" if more else ""
    left = job["seconds_left"]
    time = "" if left is None else f", {times.span(timedelta(seconds=left))} left"
    return f"{job['name']} on {first}{others}{time} ({job['id']})"
