"""What the commands of jobs and tunnels say to a person at their end."""

from datetime import timedelta

from alpkey.core import words
from alpkey.core.events import Result

_MOST_NODES = 4


def jobs(result: Result) -> str:
    """A line for each job."""
    lines = [_job(one) for one in result["jobs"]]
    return "\n".join(lines) or "You have no jobs there. To get a node: salloc, srun or sbatch."


def jobs_cancelled(result: Result) -> str:
    return "\n".join(f"Ended: {_job(one)}" for one in result["cancelled"])


def _job(job: Result) -> str:
    left = job["seconds_left"]
    time = f", {words.span(timedelta(seconds=left))} left" if left is not None else ""
    nodes = job["nodes"]
    more = f" and {len(nodes) - _MOST_NODES} more" if len(nodes) > _MOST_NODES else ""
    where = f" on {', '.join(nodes[:_MOST_NODES])}{more}" if nodes else ""
    return f"{job['id']} {job['name']}: {job['state'].lower()}{where}{time}"
