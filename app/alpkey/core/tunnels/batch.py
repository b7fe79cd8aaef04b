"""A batch script handed to Slurm: sbatch(1), squeue(1) and scontrol(1), asked and understood."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alpkey.core.tunnels.slurm import expanded

_MARK = "alpkey"
_FIELDS = ("%i", "%T", "%N", "%S", "%r")  # a reason may hold anything, so it comes last
_NAMED = re.compile(r"^#SBATCH\s+(?:-J|--job-name)", re.MULTILINE)
_SUBMITTED = re.compile(r"(\d+)(?:;\S+)?")
_FORGOTTEN = "Invalid job id specified"
_OUTPUT = re.compile(r"^\s*StdOut=(.+)$", re.MULTILINE)
_PAGE = re.compile(r"https?://[^\s/:]+:(\d{1,5})(/[^\s?]*\?token=[0-9A-Za-z._-]+)")

# A job in one of these states may still come to run (squeue(1), JOB STATE CODES).
_AHEAD = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "RESIZING"})

# What of a job's output is read: a server prints its address within its first lines.
READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is.  ``starts`` is Slurm's estimate as it writes it, empty where it has none;
    ``reason`` is why it waits.
    """

    state: str
    nodes: tuple[str, ...]
    starts: str
    reason: str

    @property
    def runs(self) -> bool:
        return self.state == "RUNNING" and bool(self.nodes)

    @property
    def is_ahead(self) -> bool:
        """Whether it runs, or may still come to run."""
        return self.state == "RUNNING" or self.state in _AHEAD


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a server on the node: its port, and the path with its token."""

    port: int
    path: str


def submit(script_name: str, script: str) -> tuple[str, ...]:
    """The remote command that takes the script from its input; one without a name gets the file's.

    An option would win over a line of the script (sbatch(1)), so that is left to the script.
    """
    named = _NAMED.search(script) is not None
    return ("sbatch", "--parsable", *([] if named else [f"--job-name={shlex.quote(script_name)}"]))


def submitted(output: str) -> str | None:
    """The number of the job, from the last line of what ``sbatch --parsable`` printed."""
    lines = output.strip().splitlines()
    found = _SUBMITTED.fullmatch(lines[-1].strip()) if lines else None
    return found[1] if found else None


def ask_progress(job: str) -> tuple[str, ...]:
    """The remote command for one job."""
    form = shlex.quote("|".join((_MARK, *_FIELDS)))
    return ("squeue", "--noheader", "--jobs", job, "--format", form)


def progress(output: str) -> JobProgress | None:
    """What :func:`ask_progress` printed; None for a job that Slurm no longer lists.

    Of a job of several parts it is the first that runs: squeue lists the waiting tasks of an array
    before those that run.
    """
    parts = list(_parts(output))
    return next((part for part in parts if part.runs), parts[0] if parts else None)


def is_answered(code: int | None, said: str) -> bool:
    """Whether squeue answered :func:`ask_progress`; what it says of a job that it has forgotten is
    an answer.  Else it is Slurm that cannot be asked, which passes.
    """
    return code == 0 or _FORGOTTEN in said


def _parts(output: str) -> Iterator[JobProgress]:
    for line in output.splitlines():
        mark, *fields = line.split("|", len(_FIELDS))
        if mark.strip() == _MARK and len(fields) == len(_FIELDS):
            _, state, nodes, starts, reason = (field.strip() for field in fields)
            known = "" if starts in ("N/A", "Unknown") else starts
            yield JobProgress(state, expanded(nodes), known, reason)


def ask_output_path(job: str) -> tuple[str, ...]:
    return ("scontrol", "show", "job", job)


def output_path(output: str) -> str | None:
    """Where the job writes, from what :func:`ask_output_path` printed."""
    found = _OUTPUT.search(output)
    return found[1].strip() if found else None


def ask_output(path: str) -> tuple[str, ...]:
    return ("tail", "-c", str(READ_BYTES), shlex.quote(path))


def page(output: str, ports: Sequence[int]) -> Page | None:
    """The last page that the job's output names; only one at these ports, where any are given."""
    found = [Page(int(port), path) for port, path in _PAGE.findall(output)]
    return next((page for page in reversed(found) if not ports or page.port in ports), None)
