"""One's own jobs on a cluster: listed, and ended."""

from collections.abc import Generator
from pathlib import Path

from alpkey.actions.asking import agree
from alpkey.actions.way_in import RemoteWorld, enter, explained
from alpkey.core import jobs
from alpkey.core.errors import Unreachable, Unsuitable
from alpkey.core.events import Action, Answer, Event
from alpkey.core.jobs import Job, from_squeue, job_object
from alpkey.core.ports_remote import Ran


def list_jobs(cluster: str, world: RemoteWorld, *, may_ask: bool) -> Action:
    """The result holds ``jobs``, running ones first.

    Raises what :func:`enter` does, and Unreachable where the cluster or Slurm does not answer.
    """
    _, found = yield from _listed(cluster, world, may_ask=may_ask)
    return {"jobs": [job_object(job) for job in found]}


def cancel_job(
    cluster: str, wanted: str, yes: bool, world: RemoteWorld, *, may_ask: bool
) -> Action:
    """Ends a job, or all that is left of an array, after a question unless ``yes``.

    The result holds ``cancelled``, a list.  Raises what ``list_jobs`` does, Unsuitable
    (``job-unknown``) and Cancelled.
    """
    config, found = yield from _listed(cluster, world, may_ask=may_ask)
    meant = [job for job in found if job.is_called(wanted)]
    if not meant:
        raise Unsuitable("job-unknown", job=wanted, name=cluster)
    if not yes:
        yield from agree(1, "job", ", ".join(map(_told, meant)))
    _checked(cluster, "scancel", world.remote.run(cluster, config, jobs.cancel(wanted)), world)
    return {"cancelled": [job_object(job) for job in meant]}


def _listed(
    cluster: str, world: RemoteWorld, *, may_ask: bool
) -> Generator[Event, Answer, tuple[Path | None, list[Job]]]:
    config = yield from enter(cluster, world.way, may_ask=may_ask)
    ran = _checked(cluster, "squeue", world.remote.run(cluster, config, jobs.LIST), world)
    return config, from_squeue(ran.output)


def _checked(cluster: str, program: str, ran: Ran, world: RemoteWorld) -> Ran:
    if not ran.logged_in:
        raise explained(ran.login(cluster), world.way)
    if ran.code == jobs.NO_SUCH_COMMAND:
        raise Unreachable("no-batch-system", name=cluster, program=program)
    if ran.code:
        said = ran.said.strip().splitlines()
        raise Unreachable("batch-system-trouble", name=cluster, said=said[-1] if said else "")
    return ran


def _told(job: Job) -> str:
    where = f" on {', '.join(job.nodes[:3])}" if job.nodes else ""
    return f"{job.id} {job.name}{where}"
