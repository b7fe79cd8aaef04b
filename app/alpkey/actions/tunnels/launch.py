"""Launch a session: submit a batch script, wait until it runs, and open its page through a tunnel.

A job that was submitted is never forgotten: whatever happens after that names it.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from alpkey.actions.ssh.access import RemoteWorld, explain_failure, prepare_login
from alpkey.actions.tunnels.open_close import close_tunnels, open_detached
from alpkey.actions.tunnels.supervisor import TunnelRequest, TunnelWorld
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import AlpkeyError, Cancelled, Unreachable
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.results.tunnels import LaunchResult
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.ports import RemoteResult, SendToHost
from alpkey.core.state.snapshot import closed_doors
from alpkey.core.tunnels import batch, slurm
from alpkey.core.tunnels.batch import JobProgress, Page
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, address

# How long to pause between two questions about a job: each is a login, and a host that is asked
# too often closes itself to this computer.
_PAUSES_S = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0)
_LONGEST_PAUSE_S = 30.0
_TUNNEL_POLL_S = 1.0
_CANCEL_POLL_S = 0.2
# Kinds of failed logins that pass by themselves, as after sleep.
_PASSING = ("unreachable", "too-slow", "behind-jump", "hung-up")


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """``ports`` are those of services on the node; without them a page that the output names is
    opened.  ``wants_page``: whether to look for one at all.  ``stays``: until the tunnel ends.
    """

    cluster: str
    script_name: str
    script: str
    ports: tuple[int, ...] = ()
    open_browser: bool = False
    stays: bool = False
    may_ask: bool = False

    @property
    def wants_page(self) -> bool:
        return bool(self.ports) or self.open_browser


@dataclass(frozen=True, slots=True)
class LaunchWorld:
    """``send`` runs a command on a host and gives it its input."""

    remote: RemoteWorld
    send: SendToHost
    tunnels: TunnelWorld
    cancellation: Cancellation
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Submitted:
    cluster: str
    alias: str
    job: str

    def over(self, state: str) -> Unreachable:
        """The error of a job that ended before it could be used."""
        return Unreachable("job-over", job=self.job, name=self.cluster, state=state)


def launch(request: LaunchRequest, world: LaunchWorld) -> Action[LaunchResult]:
    """Submit the script, and return once its page answers, or without one once it runs.

    Raises what ``prepare_login`` does; Unreachable (``job-refused``, with Slurm's own words,
    ``job-over`` for one that ended before it could be used); and Cancelled, which names the job.
    """
    alias, config = yield from prepare_login(
        request.cluster, world.remote.access, may_ask=request.may_ask
    )
    # From here on a cancel is looked for at each pause, so that its error names the job.
    with world.cancellation.deferred():
        job = _submit(request, alias, config, world)
        yield Step("job-submitted", {"job": job, "name": request.cluster})
        submitted = _Submitted(request.cluster, alias, job)
        node = yield from _until_it_runs(submitted, world)
        yield Step("job-runs", {"job": job, "node": node})
        if not request.wants_page:
            return {"job": job, "node": node, "tunnel": None, "url": None}
        return (yield from _open_page(request, submitted, node, world))


def _submit(request: LaunchRequest, alias: str, config: Path | None, world: LaunchWorld) -> str:
    command = batch.submit(request.script_name, request.script)
    ran = world.send(alias, config, command, request.script.encode())
    job = batch.submitted(ran.output) if ran.code == 0 else None
    if not ran.logged_in:
        raise explain_failure(ran.login(alias), world.remote.access)
    if ran.code == slurm.NO_SUCH_COMMAND:
        raise Unreachable("no-batch-system", name=request.cluster, program="sbatch")
    if ran.code:
        raise Unreachable("job-refused", name=request.cluster, said=_words(ran))
    if job is None:
        raise Unreachable("batch-system-trouble", name=request.cluster, said=_words(ran))
    return job


def _words(ran: RemoteResult) -> str:
    """What Slurm said, without the name of its program."""
    lines = (ran.said.strip() or ran.output.strip()).splitlines()
    return " ".join(line.removeprefix("sbatch: error: ").strip() for line in lines[-3:])


def _until_it_runs(submitted: _Submitted, world: LaunchWorld) -> Generator[Event, Answer, str]:
    """The first node of the job.  A key that expires meanwhile is waited for."""
    pauses_s, shown = _pauses_s(), None
    while True:
        found = _ask_progress(submitted, world)
        if isinstance(found, JobProgress):
            if found.runs:
                world.remote.remember_nodes(submitted.alias, found.nodes)
                return found.nodes[0]
            reason = ", ".join(filter(None, (found.reason, found.starts)))
            found = Step("job-pending", {"job": submitted.job, "reason": reason})
        if found != shown:
            yield found
            shown = found
        _pause(next(pauses_s), submitted, world)


def _pauses_s() -> Iterator[float]:
    return chain(_PAUSES_S, repeat(_LONGEST_PAUSE_S))


def _ask_progress(submitted: _Submitted, world: LaunchWorld) -> JobProgress | Step:
    """How far the job is; or why Slurm cannot be asked now, which passes.

    Raises Unreachable (``job-over``) for a job that has ended.
    """
    found = _ask(submitted, batch.ask_progress(submitted.job), world)
    if isinstance(found, Step):
        return found
    if not batch.is_answered(found.code, found.said):
        return Step("launch-waits-for-batch-system", {"name": submitted.cluster})
    progress = batch.progress(found.output)
    if progress is None or not progress.is_ahead:
        raise submitted.over(progress.state if progress else "gone")
    return progress


def _ask(
    submitted: _Submitted, command: tuple[str, ...], world: LaunchWorld
) -> RemoteResult | Step:
    """What the cluster answers; or why it cannot be asked now, which passes."""
    access = world.remote.access
    waits_for_key = Step("launch-waits-for-key", {"job": submitted.job})
    if closed_doors(access.snapshot(), access.clock()):
        return waits_for_key
    config = access.write_config(access.snapshot().account)
    ran = world.remote.run_on_host(submitted.alias, config, command)
    if ran.logged_in:
        return ran
    if closed_doors(access.snapshot(), access.clock()):  # it expired on the way
        return waits_for_key
    failed = ran.login(submitted.alias)
    if error_messages.kind(failed) in _PASSING:
        return Step("launch-waits-for-network", {"name": submitted.cluster})
    raise explain_failure(failed, access)


def _open_page(
    request: LaunchRequest, submitted: _Submitted, node: str, world: LaunchWorld
) -> Generator[Event, Answer, LaunchResult]:
    page = None
    ports = request.ports
    if not ports:
        page = yield from _page_in_output(request, submitted, world)
        ports = (page.port,)
    opened = yield from open_detached(
        TunnelRequest(submitted.alias, node, ports, heard=False), world.tunnels
    )
    yield from _until_it_answers(opened["id"], submitted, world)
    page = page or _look_for_page(request, submitted, world)
    local = {remote: local for local, remote in opened["ports"]}
    url = address(local[page.port]) + page.path if page else address(opened["ports"][0][0])
    yield Step("page-open", {"url": url})
    if request.open_browser:
        try:
            world.tunnels.browse(url)
        except AlpkeyError as error:
            yield Warn("tunnel-not-browsed", {"title": error.code, "url": url})
    if request.stays:
        yield from _stay(opened["id"], submitted, world)
    return {"job": submitted.job, "node": node, "tunnel": opened["id"], "url": url}


def _page_in_output(
    request: LaunchRequest, submitted: _Submitted, world: LaunchWorld
) -> Generator[Event, Answer, Page]:
    """The page that the job prints, once it does.  Raises Unreachable once the job is over."""
    yield Step("launch-waits-for-page", {"job": submitted.job})
    pauses_s = _pauses_s()
    while not (page := _look_for_page(request, submitted, world)):
        _ask_progress(submitted, world)
        _pause(next(pauses_s), submitted, world)
    return page


def _look_for_page(
    request: LaunchRequest, submitted: _Submitted, world: LaunchWorld
) -> Page | None:
    found = _ask(submitted, batch.ask_output_path(submitted.job), world)
    path = batch.output_path(found.output) if isinstance(found, RemoteResult) else None
    if path is None:
        return None
    read = _ask(submitted, batch.ask_output(path), world)
    return batch.page(read.output, request.ports) if isinstance(read, RemoteResult) else None


def _until_it_answers(
    tunnel_id: str, submitted: _Submitted, world: LaunchWorld
) -> Generator[Event, Answer, None]:
    """Raises Unreachable once the tunnel is gone: the job has ended, or it was closed."""
    said = False
    while True:
        tunnel = _tunnel(tunnel_id, world)
        if tunnel is None or not tunnel.alive:
            raise submitted.over("no tunnel")
        if tunnel.state is TunnelState.OPEN:
            return
        if not said and tunnel.state is TunnelState.SILENT:
            yield Step("launch-waits-for-page", {"job": submitted.job})
            said = True
        _pause(_TUNNEL_POLL_S, submitted, world)


def _stay(
    tunnel_id: str, submitted: _Submitted, world: LaunchWorld
) -> Generator[Event, Answer, None]:
    """Until the tunnel ends; a cancel closes it, and leaves the job."""
    try:
        while (tunnel := _tunnel(tunnel_id, world)) and tunnel.alive:
            _pause(_TUNNEL_POLL_S, submitted, world)
    except Cancelled:
        yield from close_tunnels([tunnel_id], world.tunnels)
        raise


def _pause(span_s: float, submitted: _Submitted, world: LaunchWorld) -> None:
    """Raises Cancelled, which names the job, within a short time of a cancel."""
    for _ in range(max(1, round(span_s / _CANCEL_POLL_S))):
        if world.cancellation.requested:
            raise Cancelled("launch-left", job=submitted.job, name=submitted.cluster)
        world.pause(_CANCEL_POLL_S)


def _tunnel(tunnel_id: str, world: LaunchWorld) -> TunnelObservation | None:
    return next((tunnel for tunnel in world.tunnels.listed() if tunnel.id == tunnel_id), None)
