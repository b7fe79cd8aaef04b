"""Connect to a compute node where a job of the user's runs; no other lets the user in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from alpkey.actions.ssh.access import RemoteWorld
from alpkey.actions.ssh.connect import ConnectRequest, ConnectWorld, open_login
from alpkey.actions.tunnels.jobs import jobs_of
from alpkey.core.errors import InvalidInput, Unreachable
from alpkey.core.events import Action
from alpkey.core.results.ssh import ConnectResult
from alpkey.core.ssh.command_lines import ssh_to
from alpkey.core.tunnels.lifecycle import fits
from alpkey.core.tunnels.slurm import Job


@dataclass(frozen=True, slots=True)
class NodeWorld:
    """``connect`` and ``remote`` are what logins and commands on clusters need.

    ``known`` are nodes with the cluster that each was seen on last.  ``as_account`` are options of
    ssh for a node, whose block has the first account's key.
    """

    connect: ConnectWorld
    remote: RemoteWorld
    known: Callable[[], Mapping[str, str]]
    as_account: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhichNode:
    """Which node of a cluster: that of a ``job``, or the ``node`` itself."""

    job: str | None = None
    node: str | None = None


def connect_to_node(
    request: ConnectRequest, which: WhichNode, world: NodeWorld
) -> Action[ConnectResult]:
    """Prepare the login to a node, and open it as ``connect`` does; ``request`` names the cluster.

    Raises what listing jobs raises, and InvalidInput (``job-unknown``, ``node-unfit``) or
    Unreachable (``job-waits``, ``no-job-there``) where the node would refuse the user.
    """
    site, cluster = world.connect.site, request.name
    if which.node and not fits(which.node, site.node_pattern):
        raise InvalidInput("node-unfit", node=which.node, pattern=site.node_pattern)
    found = yield from jobs_of(cluster, world.remote, may_ask=request.may_ask)
    node = which.node or _node_of(which.job or "", found.jobs, cluster)
    if not any(job.runs and node in job.nodes for job in found.jobs):
        raise Unreachable("no-job-there", node=node, name=cluster)
    command = ssh_to(
        node,
        config=found.config,
        through=found.alias,
        options=world.as_account,
        forward_agent=request.forward_agent,
        remote_command=request.remote_command,
    )
    return (
        yield from open_login(replace(request, name=node), command, found.config, world.connect)
    )


def find_and_connect(request: ConnectRequest, world: NodeWorld) -> Action[ConnectResult]:
    """The same for a node alone: on the cluster that it was seen on, else on any with a job there.

    Raises Unreachable (``no-job-there``) where no cluster has one.
    """
    node, site = request.name, world.connect.site
    seen = world.known().get(node)
    clusters = [seen] if seen and site.host_named(seen) else [host.name for host in site.clusters]
    for cluster in clusters:
        try:
            return (
                yield from connect_to_node(
                    replace(request, name=cluster), WhichNode(node=node), world
                )
            )
        except Unreachable as error:
            if error.code != "no-job-there" or cluster == clusters[-1]:
                raise
    raise Unreachable("no-job-there", node=node, name=site.name)


def _node_of(wanted: str, jobs: list[Job], cluster: str) -> str:
    """The first node of the running job that is called so."""
    called = [job for job in jobs if job.is_called(wanted)]
    if not called:
        raise InvalidInput("job-unknown", job=wanted, name=cluster)
    running = [job for job in called if job.runs and job.nodes]
    if not running:
        raise Unreachable("job-waits", job=wanted, name=cluster, state=called[0].state)
    return running[0].nodes[0]
