# SPDX-License-Identifier: BSD-3-Clause
"""The batch system: its jobs, and the parts of squeue(1) and scancel(1) that clients use."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIRST_NUMBER = 4_810_000
DEFAULT_FORMAT = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R"
"""What squeue prints without `-o` (its manual page)."""

FIELD = re.compile(r"%(\.?)(\d*)([A-Za-z])")


NO_JOB_HERE = "Access denied by pam_slurm_adopt: you have no active jobs on this node"
"""What a node answers a login without a job on it (pam_slurm_adopt's manual page)."""


@dataclass(frozen=True)
class Job:
    """A job as squeue shows it; times as Slurm writes them, days-hours:minutes:seconds."""

    id: int
    name: str
    state: str
    nodes: str = ""
    reason: str = "None"
    elapsed: str = "0:00"
    left: str = "1:00:00"
    partition: str = "normal"
    node_count: int = 1
    output: str = ""


RUNNING = Job(4810021, "jupyter", "RUNNING", nodes="nid006554", elapsed="1:12:09", left="22:47:51")
WAITING = Job(4810377, "simulation", "PENDING", reason="Priority", left="1-00:00:00", node_count=4)

JOBS = {"daint": (RUNNING, WAITING), "santis": (), "clariden": (WAITING,), "eiger": ()}
"""The jobs on each cluster when the sandbox starts."""

SHORT_STATES = {"RUNNING": "R", "PENDING": "PD"}

HEADINGS = {
    "A": "JOBID",
    "D": "NODES",
    "L": "TIME_LEFT",
    "M": "TIME",
    "N": "NODELIST",
    "P": "PARTITION",
    "R": "NODELIST(REASON)",
    "S": "START_TIME",
    "T": "STATE",
    "i": "JOBID",
    "j": "NAME",
    "l": "TIME_LIMIT",
    "r": "REASON",
    "t": "ST",
    "u": "USER",
}


class SlurmUsage(Exception):
    """The command line is not understood; the text is what goes to standard error."""


class Parser(argparse.ArgumentParser):
    """A parser that raises SlurmUsage for a command line that it does not understand."""

    def error(self, message: str) -> NoReturn:
        raise SlurmUsage(f"{self.prog}: error: {message}\n")


def squeue(arguments: list[str], jobs: tuple[Job, ...], username: str) -> str:
    """What `squeue` prints: all `jobs` are the user's own.

    Knows `--me`, `-u USER`, `-j IDS`, `-t STATES`, `-h` and `-o FORMAT`; raises SlurmUsage, as for
    one unknown job, while of several the known ones are shown.
    """
    asked = _squeue_parser().parse_args(arguments)
    if asked.jobs is not None:
        _check_numbers(asked.jobs.split(","), jobs)
    shown = [job for job in jobs if _is_asked_for(job, asked, username)]
    lines = [] if asked.noheader else [_line(asked.format, HEADINGS)]
    lines += [_line(asked.format, _fields(job, username)) for job in shown]
    return "".join(f"{line}\n" for line in lines)


def scontrol(arguments: list[str], jobs: tuple[Job, ...]) -> str:
    """What `scontrol show job ID` prints of a job that was submitted here; raises SlurmUsage."""
    if arguments[:2] != ["show", "job"] or len(arguments) != 3:
        raise SlurmUsage("scontrol: error: only 'show job ID' is known here\n")
    found = [job for job in jobs if str(job.id) == arguments[2]]
    if not arguments[2].isdecimal():
        raise SlurmUsage("scontrol_print_job error: Invalid job id specified\n")
    if not found:
        raise SlurmUsage("slurm_load_jobs error: Invalid job id specified\n")
    [job] = found
    return (
        f"JobId={job.id} JobName={job.name}\n"
        f"   JobState={job.state} Reason={job.reason} Dependency=(null)\n"
        f"   StdOut={job.output}\n"
    )


def scancel(arguments: list[str], jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """The jobs left when those named in `arguments` are ended; raises SlurmUsage.

    A number that no job has is passed over in silence, as by Slurm 22.05.
    """
    parser = Parser(prog="scancel", add_help=False)
    parser.add_argument("ids", nargs="*")
    ids = parser.parse_args(arguments).ids
    if not ids:
        raise SlurmUsage("scancel: error: No job identification provided\n")
    if strange := [word for word in ids if not word.isdecimal()]:
        raise SlurmUsage(f"scancel: error: Invalid job id {strange[0]}\n")
    return tuple(job for job in jobs if str(job.id) not in ids)


def lets_in(node: str, jobs: Iterable[Job]) -> bool:
    """Whether one of `jobs` runs on `node`: only then a user may be there."""
    return any(job.state == "RUNNING" and node in job.nodes.split(",") for job in jobs)


def _check_numbers(asked: list[str], jobs: tuple[Job, ...]) -> None:
    if strange := [word for word in asked if not word.isdecimal()]:
        raise SlurmUsage(f"squeue: error: Invalid job id: {strange[0]}\n")
    if len(asked) == 1 and all(str(job.id) != asked[0] for job in jobs):
        raise SlurmUsage("slurm_load_jobs error: Invalid job id specified\n")


def _squeue_parser() -> Parser:
    parser = Parser(prog="squeue", add_help=False)
    parser.add_argument("--me", action="store_true")
    parser.add_argument("-u", "--user")
    parser.add_argument("-j", "--jobs")
    parser.add_argument("-t", "--states")
    parser.add_argument("-h", "--noheader", action="store_true")
    parser.add_argument("-o", "--format", default=DEFAULT_FORMAT)
    return parser


def _is_asked_for(job: Job, asked: argparse.Namespace, username: str) -> bool:
    names = {job.state.lower(), SHORT_STATES[job.state].lower(), "all"}
    return (
        (asked.user is None or username in asked.user.split(","))
        and (asked.jobs is None or str(job.id) in asked.jobs.split(","))
        and (asked.states is None or bool(names & set(asked.states.lower().split(","))))
    )


def _line(form: str, fields: dict[str, str]) -> str:
    """`form` filled in: `%[.][size]type`, where a size cuts and pads, and a dot pads left."""

    def fill(field: re.Match[str]) -> str:
        dot, size, kind = field.groups()
        text = fields.get(kind, "")
        if not size:
            return text
        width = int(size)
        return text[:width].rjust(width) if dot else text[:width].ljust(width)

    return FIELD.sub(fill, form)


def _fields(job: Job, username: str) -> dict[str, str]:
    return {
        "A": str(job.id),
        "D": str(job.node_count),
        "L": job.left,
        "M": job.elapsed,
        "N": job.nodes,
        "P": job.partition,
        "S": "N/A",  # when a job started is not remembered here, nor when one will
        "R": job.nodes or f"({job.reason})",
        "T": job.state,
        "i": str(job.id),
        "j": job.name,
        "l": "1-00:00:00",
        "r": job.reason,
        "t": SHORT_STATES[job.state],
        "u": username,
    }


class Queue:
    """The jobs of all clusters, which all shells share."""

    def __init__(self, ended: Callable[[], None]) -> None:
        """`ended` is called after each job that is ended."""
        self._ended = ended
        self._jobs: dict[str, tuple[Job, ...]] = dict(JOBS)
        self._last_number = 0

    def __contains__(self, cluster: str) -> bool:
        return cluster in self._jobs

    def on(self, cluster: str) -> tuple[Job, ...]:
        """The jobs on `cluster`."""
        return self._jobs[cluster]

    @property
    def all(self) -> tuple[Job, ...]:
        """The jobs on all clusters."""
        return tuple(job for jobs in self._jobs.values() for job in jobs)

    def new_number(self) -> int:
        """A number that no job has or had."""
        self._last_number = max(self._last_number, *(job.id for job in self.all), FIRST_NUMBER) + 1
        return self._last_number

    def submit(self, cluster: str, job: Job) -> None:
        """Add a job to `cluster`."""
        self._jobs[cluster] = (*self._jobs[cluster], job)

    def start(self, cluster: str, number: int, node: str) -> bool:
        """Have a pending job run on `node`; False if it was ended before."""
        found = [job for job in self._jobs[cluster] if job.id == number]
        self._jobs[cluster] = tuple(
            replace(job, state="RUNNING", nodes=node) if job in found else job
            for job in self._jobs[cluster]
        )
        return bool(found)

    def end(self, cluster: str, arguments: list[str]) -> None:
        """End what `scancel` was asked to end. Raises SlurmUsage."""
        self._jobs[cluster] = scancel(arguments, self._jobs[cluster])
        self._ended()
