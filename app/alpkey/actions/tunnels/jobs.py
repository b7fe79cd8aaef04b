"""The user's jobs on a cluster: listed, and cancelled."""

from collections.abc import Generator
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
    *_, found = yield from _listed(cluster, world, may_ask=may_ask)
    return {"jobs": [job_object(job) for job in found]}


def cancel_job(
    cluster: str, wanted: str, yes: bool, world: RemoteWorld, *, may_ask: bool
) -> Action[CancelledJobsResult]:
    """Cancel a job, or what is left of an array, after a question unless ``yes``.

    Raises what ``list_jobs`` does, InvalidInput (``job-unknown``) and Cancelled.
    """
    alias, config, found = yield from _listed(cluster, world, may_ask=may_ask)
    chosen = [job for job in found if job.is_called(wanted)]
    if not chosen:
        raise InvalidInput("job-unknown", job=wanted, name=cluster)
    if not yes:
        yield from agree(1, "job", ", ".join(map(_description, chosen)))
    _checked(cluster, "scancel", world.run_on_host(alias, config, slurm.cancel(wanted)), world)
    return {"cancelled": [job_object(job) for job in chosen]}


def _listed(
    cluster: str, world: RemoteWorld, *, may_ask: bool
) -> Generator[Event, Answer, tuple[str, Path | None, list[Job]]]:
    alias, config = yield from prepare_login(cluster, world.access, may_ask=may_ask)
    ran = _checked(cluster, "squeue", world.run_on_host(alias, config, slurm.LIST), world)
    return alias, config, from_squeue(ran.output)


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
