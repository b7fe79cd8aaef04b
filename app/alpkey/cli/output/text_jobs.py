"""Results of the commands for jobs and tunnels as text."""

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
    lines = [_job(job) for job in result["jobs"]]
    return "\n".join(lines) or "You have no jobs there. To get a node: salloc, srun or sbatch."


def jobs_cancelled(result: CancelledJobsResult) -> str:
    return "\n".join(f"Ended: {_job(job)}" for job in result["cancelled"])


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
    for tunnel in result["tunnels"]:
        state = tunnel_messages.state_text(tunnel["state"], tunnel["node"], tunnel["silent"])
        lines.append(f"{tunnel['id']}: {state}, {_ports(tunnel)}")
        if tunnel["error"]:
            lines.append(f"    {tunnel['error']['title']}. {tunnel['error']['next_step']}")
    return "\n".join(lines) or "There are no tunnels."


def tunnel_command(result: CommandResult) -> str:
    return shlex.join(result["command"])


def tunnel_stays(result: TunnelResult) -> str:
    """A tunnel that stays open after the command has ended."""
    return f"{tunnels({'tunnels': [result]})}\nClose it with: alpkey tunnel close {result['id']}"


def tunnel_ended(result: TunnelResult) -> str:
    return f"The tunnel to {result['node']} is closed."


def tunnels_closed(result: ClosedTunnelsResult) -> str:
    return (
        "\n".join(f"Closed: {tunnel_id}" for tunnel_id in result["closed"])
        or "There are no tunnels."
    )


def _ports(tunnel: TunnelResult) -> str:
    """The pairs of ports: local address, remote port."""
    return ", ".join(f"{address(local)} to port {remote}" for local, remote in tunnel["ports"])
