"""Tunnels and batch jobs: ``tunnel open``, ``list`` and ``close``, ``jobs``."""

from typing import TypedDict

from alpkey.core.errors import ErrorObject


class TunnelError(ErrorObject):
    """``exit_code`` is that of the command that opened the tunnel."""

    exit_code: int


class TunnelResult(TypedDict):
    """``tunnel open``.  ``ports`` are pairs of local and remote port.

    ``silent`` are remote ports where nothing answers; ``process`` is the supervisor's id.
    """

    id: str
    cluster: str
    node: str
    ports: list[list[int]]
    state: str
    since: str
    url: str
    silent: list[int]
    error: TunnelError | None
    process: int


class TunnelsResult(TypedDict):
    """``tunnel list``."""

    tunnels: list[TunnelResult]


class ClosedTunnelsResult(TypedDict):
    """``tunnel close``; ``closed`` are ids."""

    closed: list[str]


class BatchJob(TypedDict):
    """``state`` as Slurm writes it; ``seconds_left`` None where the job has no limit."""

    id: str
    name: str
    state: str
    nodes: list[str]
    seconds_left: int | None


class JobsResult(TypedDict):
    """``jobs``."""

    jobs: list[BatchJob]


class CancelledJobsResult(TypedDict):
    """``jobs cancel``."""

    cancelled: list[BatchJob]


class LaunchResult(TypedDict):
    """``launch``; ``tunnel`` is an id, None where no page was asked for."""

    job: str
    node: str
    tunnel: str | None
    url: str | None
