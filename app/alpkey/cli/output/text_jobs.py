"""What the commands of jobs and tunnels say to a person at their end."""

import shlex
from datetime import timedelta

from alpkey.core.messages import times
from alpkey.core.messages import tunnels as tunnel_messages
from alpkey.core.results.ssh import CommandResult
from alpkey.core.results.tunnels import (
    BatchJob,
    CancelledJobsResult,
    ClosedTunnelsResult,
    JobsResult,
    TunnelResult,
    TunnelsResult,
)
from alpkey.core.tunnels.record import address

_MOST_NODES = 4


def jobs(result: JobsResult) -> str:
    """A line for each job."""
    lines = [_job(one) for one in result["jobs"]]
    return "\n".join(lines) or "You have no jobs there. To get a node: salloc, srun or sbatch."


def jobs_cancelled(result: CancelledJobsResult) -> str:
    return "\n".join(f"Ended: {_job(one)}" for one in result["cancelled"])


def _job(job: BatchJob) -> str:
    left = job["seconds_left"]
    time = f", {times.span(timedelta(seconds=left))} left" if left is not None else ""
    nodes = job["nodes"]
    more = f" and {len(nodes) - _MOST_NODES} more" if len(nodes) > _MOST_NODES else ""
    where = f" on {', '.join(nodes[:_MOST_NODES])}{more}" if nodes else ""
    return f"{job['id']} {job['name']}: {job['state'].lower()}{where}{time}"


def tunnels(result: TunnelsResult) -> str:
    """A line for each tunnel, and a second one where there is more to say."""
    lines = []
    for one in result["tunnels"]:
        state = tunnel_messages.state_text(one["state"], one["node"], one["silent"])
        lines.append(f"{one['id']}: {state}, {_ports(one)}")
        if one["error"]:
            lines.append(f"    {one['error']['title']}. {one['error']['next_step']}")
    return "\n".join(lines) or "There are no tunnels."


def tunnel_command(result: CommandResult) -> str:
    return shlex.join(result["command"])


def tunnel_left(result: TunnelResult) -> str:
    """What is said of a tunnel that stays open behind us."""
    return f"{tunnels({'tunnels': [result]})}\nClose it with: alpkey tunnel close {result['id']}"


def tunnel_over(result: TunnelResult) -> str:
    return f"The tunnel to {result['node']} is closed."


def tunnels_closed(result: ClosedTunnelsResult) -> str:
    return "\n".join(f"Closed: {one}" for one in result["closed"]) or "There are no tunnels."


def _ports(tunnel: TunnelResult) -> str:
    """Each way of a tunnel, from the address here to the port there."""
    return ", ".join(f"{address(local)} to port {remote}" for local, remote in tunnel["ports"])
