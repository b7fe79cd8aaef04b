"""Tunnels as tray and windows show them: pure, from the records of their files."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from alpkey.core.messages import times
from alpkey.core.messages import tunnels as tunnel_messages
from alpkey.core.results.tunnels import BatchJob
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, address
from alpkey.desktop.views import errors as error_view


class TunnelEntry(NamedTuple):
    """A tunnel in the menu: its id, its text, and its address."""

    id: str
    text: str
    url: str


def entries(snapshot: Snapshot) -> tuple[TunnelEntry, ...]:
    """The tunnels that run."""
    return tuple(
        TunnelEntry(tunnel.id, line(tunnel), tunnel.target.url)
        for tunnel in snapshot.tunnels
        if tunnel.alive
    )


def title(tunnels: Iterable[TunnelObservation] = ()) -> str:
    """The name of the submenu; for a screen reader it replaces the dot of the icon."""
    counts = tunnel_messages.counts(_running_states(tunnels))
    return f"Tunnels ({counts})" if counts else "Tunnels"


def is_any_open(tunnels: Iterable[TunnelObservation]) -> bool:
    """Whether the service behind at least one of these tunnels answers."""
    return any(tunnel.alive and tunnel.state is TunnelState.OPEN for tunnel in tunnels)


def name(tunnel: TunnelObservation) -> str:
    """Where it leads: ``nid006554 of daint, port 8888``."""
    ports = [str(remote) for _, remote in tunnel.target.ports]
    many = "ports" if len(ports) > 1 else "port"
    return f"{tunnel.target.node} of {tunnel.target.cluster}, {many} {', '.join(ports)}"


def line(tunnel: TunnelObservation) -> str:
    return f"{name(tunnel)}: {tunnel_messages.BRIEF_STATES[tunnel.state.value]}"


def state(tunnel: TunnelObservation) -> str:
    """Its state in full; for a failed one the error."""
    if tunnel.error:
        return error_view.text(tunnel.error)
    text = tunnel_messages.state_text(tunnel.state.value, tunnel.target.node, tunnel.silent)
    return f"{text[0].upper()}{text[1:]}"


def details(tunnel: TunnelObservation) -> str:
    """The same, and its addresses on this computer."""
    if not tunnel.alive:
        return state(tunnel)
    here = ", ".join(address(local) for local, _ in tunnel.target.ports)
    return f"{state(tunnel)}\n{here}"


def is_any_running(tunnels: Iterable[TunnelObservation]) -> bool:
    return any(tunnel.alive for tunnel in tunnels)


def summary(tunnels: Iterable[TunnelObservation]) -> str:
    """How many tunnels run, by state, as a sentence."""
    return tunnel_messages.summary(_running_states(tunnels))


def _running_states(tunnels: Iterable[TunnelObservation]) -> list[str]:
    return [tunnel.state.value for tunnel in tunnels if tunnel.alive]


# The most common services, with their usual ports.
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
    """The index of the service with these typed ports; the last index means any other."""
    usual = [str(port) for _, port in SERVICES]
    return usual.index(ports.strip()) if ports.strip() in usual else len(SERVICES)


def parse_ports(text: str) -> tuple[int, ...] | None:
    """Parse ports separated by spaces or commas; None if the text holds anything else."""
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdecimal() and len(word) < 6 for word in words):
        return None
    ports = tuple(int(word) for word in words)
    return ports if all(1 <= port <= 65535 for port in ports) else None


class JobLine(NamedTuple):
    """A running job: its number, its nodes, and its text."""

    id: str
    nodes: tuple[str, ...]
    text: str


def running(jobs: Iterable[BatchJob]) -> tuple[JobLine, ...]:
    """The jobs of ``alpkey jobs`` that have nodes."""
    return tuple(JobLine(job["id"], tuple(job["nodes"]), _job(job)) for job in jobs if job["nodes"])


def _job(job: BatchJob) -> str:
    first, *more = job["nodes"]
    others = f" and {len(more)} more" if more else ""
    left = job["seconds_left"]
    time = "" if left is None else f", {times.span(timedelta(seconds=left))} left"
    return f"{job['name']} on {first}{others}{time} ({job['id']})"
