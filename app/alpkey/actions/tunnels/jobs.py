"""The user's jobs on a cluster: listed, and cancelled."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey.actions.confirm import agree
from alpkey.actions.ssh.access import RemoteWorld, explain_failure, prepare_login
from alpkey.core.errors import InvalidInput, Unreachable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.results.tunnels import CancelledJobsResult, JobsResult
from alpkey.core.ssh.ports import RemoteResult
from alpkey.core.tunnels import slurm
from alpkey.core.tunnels.slurm import Job, from_squeue, job_object


def list_jobs(cluster: str, world: RemoteWorld, *, may_ask: bool) -> Action[JobsResult]:
    """The user's jobs, running ones first.

    Raises what ``prepare_login`` does, and Unreachable if the cluster or Slurm does not answer.
    """
    found = yield from jobs_of(cluster, world, may_ask=may_ask)
    return {"jobs": [job_object(job) for job in found.jobs]}


def cancel_job(
    cluster: str, wanted: str, yes: bool, world: RemoteWorld, *, may_ask: bool
) -> Action[CancelledJobsResult]:
    """Cancel a job, or what is left of an array, after a question unless ``yes``.

    Raises what ``list_jobs`` does, InvalidInput (``job-unknown``) and Cancelled.
    """
    found = yield from jobs_of(cluster, world, may_ask=may_ask)
    chosen = [job for job in found.jobs if job.is_called(wanted)]
    if not chosen:
        raise InvalidInput("job-unknown", job=wanted, name=cluster)
    if not yes:
        yield from agree(1, "job", ", ".join(map(_description, chosen)))
    run_checked(cluster, "scancel", found, slurm.cancel(wanted), world)
    return {"cancelled": [job_object(job) for job in chosen]}


@dataclass(frozen=True, slots=True)
class FoundJobs:
    """The user's jobs on a cluster; its name for ssh, and the file for ``ssh -F``, where one is."""

    alias: str
    config: Path | None
    jobs: list[Job]


def jobs_of(
    cluster: str, world: RemoteWorld, *, may_ask: bool
) -> Generator[Event, Answer, FoundJobs]:
    """List the jobs, and remember the nodes that they run on.  Raises as ``list_jobs``."""
    alias, config = yield from prepare_login(cluster, world.access, may_ask=may_ask)
    found = FoundJobs(alias, config, [])
    ran = run_checked(cluster, "squeue", found, slurm.LIST, world)
    jobs = from_squeue(ran.output)
    world.remember_nodes(alias, [node for job in jobs if job.runs for node in job.nodes])
    return replace(found, jobs=jobs)


def run_checked(
    cluster: str, program: str, where: FoundJobs, command: Sequence[str], world: RemoteWorld
) -> RemoteResult:
    """Run a command of Slurm's there.  Raises as ``list_jobs``."""
    return _checked(cluster, program, world.run_on_host(where.alias, where.config, command), world)


def _checked(cluster: str, program: str, ran: RemoteResult, world: RemoteWorld) -> RemoteResult:
    if not ran.logged_in:
        raise explain_failure(ran.login(cluster), world.access)
    if ran.code == slurm.NO_SUCH_COMMAND:
        raise Unreachable("no-batch-system", name=cluster, program=program)
    if ran.code:
        lines = ran.said.strip().splitlines()
        raise Unreachable("batch-system-trouble", name=cluster, said=lines[-1] if lines else "")
    return ran


def _description(job: Job) -> str:
    where = f" on {', '.join(job.nodes[:3])}" if job.nodes else ""
    return f"{job.id} {job.name}{where}"
