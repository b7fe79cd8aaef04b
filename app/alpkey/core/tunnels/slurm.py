"""Jobs of the batch system: what Slurm is asked, and what it answers (squeue(1), scancel(1))."""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alpkey.core.results.tunnels import BatchJob

# Marks each line that was asked for: a login may print lines of its own.
_MARK = "alpkey"
_FIELDS = ("%i", "%T", "%L", "%N", "%j")  # a name may hold anything, so it comes last
LIST: tuple[str, ...] = (
    "squeue",
    "--me",
    "--noheader",
    "--format",
    shlex.quote("|".join((_MARK, *_FIELDS))),
)

# What a shell ends with where it knows no such command (POSIX, 2.8.2).
NO_SUCH_COMMAND = 127

# More than any machine has; what names more is cut off.
MOST_NODES = 20_000
_LEFT = re.compile(r"(?:(\d{1,9})-)?(?:(\d{1,9}):)?(\d{1,9}):(\d{1,9})", re.ASCII)
_BRACKETS = re.compile(r"([^\[\]]*)\[([^\[\]]*)\](.*)", re.DOTALL)
_RANGE = re.compile(r"(\d{1,12})-(\d{1,12})", re.ASCII)
_WAITING_TASKS = re.compile(r"(\d+)_\[(?:([\d,:-]+)(?:%\d+)?\]$)?.*", re.ASCII)
_MOST_BRACKETS = 8  # one for each dimension of a machine; more are no hostlist


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the user.  ``state`` is Slurm's name; ``left`` None where it is not limited.

    A job that waits has no ``nodes`` yet.
    """

    id: str
    name: str
    state: str
    nodes: tuple[str, ...] = ()
    left: timedelta | None = None

    @property
    def runs(self) -> bool:
        return self.state == "RUNNING"

    def is_called(self, wanted: str) -> bool:
        """Whether ``wanted`` names it, or the array (``12_3``) or heterogeneous job (``12+1``) that
        it is a part of.
        """
        return wanted in (self.id, re.split(r"[_+]", self.id)[0])


def cancel(job: str) -> tuple[str, ...]:
    """The remote command that ends a job.

    The waiting tasks of an array are one line of squeue's, ``12_[3-9%2]``.  scancel takes their
    numbers, but not how many may run at once.  A long list squeue cuts anywhere: then all that wait
    are ended, which is what the line stands for.
    """
    waiting = _WAITING_TASKS.fullmatch(job)
    if waiting and not waiting[2]:
        return ("scancel", "--state=PENDING", waiting[1])
    return ("scancel", shlex.quote(f"{waiting[1]}_[{waiting[2]}]" if waiting else job))


def from_squeue(output: str) -> list[Job]:
    """The jobs that :data:`LIST` printed, running ones first; all other lines are ignored."""
    jobs = [job for line in output.splitlines() if (job := _job(line))]
    return sorted(jobs, key=lambda job: not job.runs)


def runs_on(node: str, jobs: Iterable[Job]) -> bool:
    """Whether a job of the user runs there: only then a node accepts a login."""
    return any(job.runs and node in job.nodes for job in jobs)


def job_object(job: Job) -> BatchJob:
    """The job as the contract has it."""
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "nodes": list(job.nodes),
        "seconds_left": None if job.left is None else int(job.left.total_seconds()),
    }


def expanded(nodes: str) -> tuple[str, ...]:
    """The names in a list such as ``nid[006554-006556,006560],nid007001``.

    A text of another form than Slurm's hostlists is its own single name.
    """
    names: list[str] = []
    for part in _parts(nodes):
        for name in _names(part):
            if len(names) == MOST_NODES:
                return tuple(names)
            names.append(name)
    return tuple(names)


def time_left(text: str) -> timedelta | None:
    """``days-hours:minutes:seconds``, from the right; None for UNLIMITED, NOT_SET and the like."""
    found = _LEFT.fullmatch(text.strip())
    if not found:
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def _job(line: str) -> Job | None:
    mark, *fields = line.split("|", len(_FIELDS))
    if mark.strip() != _MARK or len(fields) != len(_FIELDS):
        return None
    number, state, left, nodes, name = fields
    return Job(number.strip(), name.strip(), state.strip(), expanded(nodes), time_left(left))


def _parts(nodes: str) -> Iterator[str]:
    """The parts between commas outside of brackets."""
    return (part.strip() for part in re.split(r",(?![^\[]*\])", nodes) if part.strip())


def _names(part: str) -> Iterator[str]:
    found = _BRACKETS.fullmatch(part)
    if not found or part.count("[") > _MOST_BRACKETS:
        yield part
        return
    before, inside, after = found.groups()
    for middle in inside.split(","):
        for number in _numbers(middle):
            for rest in _names(after):
                yield f"{before}{number}{rest}"


def _numbers(text: str) -> Iterator[str]:
    """``6554-6556`` as its numbers, in the width of the first."""
    found = _RANGE.fullmatch(text)
    if not found:
        yield text
        return
    first, last = found.groups()
    for number in range(int(first), int(last) + 1):
        yield str(number).zfill(len(first))
