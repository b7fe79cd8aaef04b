"""``state/tunnels/ID.json``: what a tunnel's supervisor publishes about it."""

import json
import re
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, cast

from alpkey.core.digest import sha256
from alpkey.core.errors import AlpkeyError, Unreachable
from alpkey.core.json_text import parse_json
from alpkey.core.messages.describe_error import error_object
from alpkey.core.results.tunnels import TunnelError, TunnelResult
from alpkey.core.timestamps import from_rfc3339, rfc3339

# How long a tunnel that failed, or ended with its job, is listed.
SHOWN_FOR = timedelta(hours=12)


Ports = tuple[tuple[int, int], ...]
"""Pairs of the port on this computer and the port on the node."""


class TunnelState(Enum):
    """The values are those of ``tunnel list --json``."""

    CONNECTING = "connecting"
    OPEN = "open"
    SILENT = "service-not-answering"
    RECONNECTING = "reconnecting"
    WAITING = "waiting-for-key"
    FAILED = "failed"
    JOB_ENDED = "job-ended"
    CLOSED = "closed"

    @property
    def is_final(self) -> bool:
        return self in (TunnelState.FAILED, TunnelState.JOB_ENDED, TunnelState.CLOSED)

    @property
    def is_up(self) -> bool:
        """Whether ssh is connected, even where the service does not answer."""
        return self in (TunnelState.OPEN, TunnelState.SILENT)


class TunnelTarget(NamedTuple):
    """Where a tunnel leads: from ports of this computer to ports of a node."""

    cluster: str
    node: str
    ports: Ports

    @property
    def name(self) -> str:
        """The name of its tunnel, unless another has it; valid as a file name."""
        plain = re.sub(r"[^\w.-]", "_", f"{self.cluster}-{self.node}-{self.ports[0][1]}")
        return plain.lstrip(".")

    @property
    def local_ports(self) -> tuple[int, ...]:
        """Its ports on this computer."""
        return tuple(local for local, _ in self.ports)

    @property
    def url(self) -> str:
        """The address of the first of its services."""
        return address(self.ports[0][0])


class TunnelObservation(NamedTuple):
    """A tunnel as its file describes it.  ``alive``: its supervisor holds the lock on that file.

    ``error`` is the object of the contract, with ``exit_code``; ``silent`` are the ports on the
    node where nothing answers.  ``process`` is the process id of the supervisor,
    for its parent; whether it runs is never judged by that.
    """

    id: str
    target: TunnelTarget
    state: TunnelState
    since: datetime
    alive: bool = True
    silent: tuple[int, ...] = ()
    error: TunnelError | None = None
    process: int = 0

    def is_worth_telling(self, now: datetime) -> bool:
        return self.alive or now - self.since < SHOWN_FOR


def address(local_port: int) -> str:
    """The service's address for a browser; numeric, for a name may resolve to ``::1``."""
    return f"http://127.0.0.1:{local_port}"


def tunnel_object(tunnel: TunnelObservation) -> TunnelResult:
    """The tunnel as the contract has it, and as its file holds it."""
    return {
        "id": tunnel.id,
        "cluster": tunnel.target.cluster,
        "node": tunnel.target.node,
        "ports": [list(pair) for pair in tunnel.target.ports],
        "state": tunnel.state.value,
        "since": rfc3339(tunnel.since),
        "url": tunnel.target.url,
        "silent": list(tunnel.silent),
        "error": tunnel.error,
        "process": tunnel.process,
    }


def to_bytes(tunnel: TunnelObservation) -> bytes:
    return json.dumps(tunnel_object(tunnel)).encode() + b"\n"


def from_bytes(data: bytes, *, alive: bool) -> TunnelObservation | None:
    """None for a foreign file.  A tunnel whose supervisor died without a final state has failed."""
    try:
        row = parse_json(data)
        state = TunnelState(row["state"])
        tunnel_id, error = _text(row["id"]), row["error"]
        if not alive and not state.is_final:
            state, error = TunnelState.FAILED, error_row(Unreachable("tunnel-died", id=tunnel_id))
        return TunnelObservation(
            id=tunnel_id,
            target=TunnelTarget(_text(row["cluster"]), _text(row["node"]), _ports(row["ports"])),
            state=state,
            since=from_rfc3339(row["since"]),
            alive=alive,
            silent=tuple(int(port) for port in row["silent"]),
            error=cast("TunnelError", error) if isinstance(error, dict) else None,
            process=int(row["process"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def target_to_bytes(target: TunnelTarget) -> bytes:
    """Where a tunnel led, for the next time."""
    return json.dumps(
        {"cluster": target.cluster, "node": target.node, "ports": target.ports}
    ).encode()


def target_from_bytes(data: bytes) -> TunnelTarget | None:
    """None for foreign content."""
    try:
        row = parse_json(data)
        return TunnelTarget(_text(row["cluster"]), _text(row["node"]), _ports(row["ports"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def error_row(error: AlpkeyError) -> TunnelError:
    """The error as the contract has it, and how whoever asked for the tunnel is to end."""
    return {**error_object(error), "exit_code": error.exit_code}


def socket_name(tunnel_id: str) -> str:
    """Short, for the whole path of a socket may have 104 bytes on macOS (unix(4))."""
    return f"t-{sha256(tunnel_id.encode()).hexdigest()[:12]}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _ports(rows: Any) -> Ports:
    pairs = tuple((int(local), int(remote)) for local, remote in rows)
    if not pairs:
        raise ValueError(rows)
    return pairs
