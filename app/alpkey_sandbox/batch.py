# SPDX-License-Identifier: BSD-3-Clause
"""The parts of sbatch(1) that clients use: a job is made of a script, and the script never runs."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .network import NODE
from .slurm import Job, Parser, SlurmUsage

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

START_DELAY_S = 2.0
"""How long a job is pending."""

DIRECTIVE = re.compile(r"^#SBATCH\s+(.*)$", re.MULTILINE)
NO_SCRIPT = """\
sbatch: error: This does not look like a batch script.  The first
sbatch: error: line must start with #! followed by the path to an interpreter.
sbatch: error: For instance: #!/bin/sh
"""
TIME = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


@dataclass(frozen=True)
class Submission:
    """What `sbatch` was asked for: the job while it is pending, and its output as a pattern."""

    job: Job
    output: str
    parsable: bool

    @property
    def answer(self) -> str:
        """What `sbatch` prints."""
        return f"{self.job.id}\n" if self.parsable else f"Submitted batch job {self.job.id}\n"

    def output_path(self, username: str) -> str:
        """The path of the output (sbatch(1), filename pattern)."""
        values = {"j": self.job.id, "A": self.job.id, "x": self.job.name, "u": username}
        values |= {"N": NODE.name, "%": "%"}
        return re.sub(r"%(.)", lambda found: str(values.get(found[1], found[0])), self.output)


def sbatch(arguments: list[str]) -> argparse.Namespace:
    """The command line, understood; `script` is None for standard input. Raises SlurmUsage."""
    asked = _parser().parse_args(arguments)
    asked.script = asked.script[0] if asked.script else None
    return asked


def submission(asked: argparse.Namespace, number: int, text: str) -> Submission:
    """The job of this number, by the command line and the text of its script.

    An option wins over a `#SBATCH` line. Raises SlurmUsage.
    """
    if not text:
        raise SlurmUsage("sbatch: error: Batch script is empty!\n")
    if not text.startswith("#!"):
        raise SlurmUsage(NO_SCRIPT)
    words = [word for line in DIRECTIVE.findall(text) for word in shlex.split(line, comments=True)]
    in_script, _ = _parser().parse_known_args(words)
    default = "wrap" if asked.wrap else (asked.script or "sbatch").rpartition("/")[2]
    job = Job(
        number,
        _first(asked.job_name, in_script.job_name, default),
        "PENDING",
        left=_time(_first(asked.time, in_script.time, "1:00:00")),
        partition=_first(asked.partition, in_script.partition, "normal"),
    )
    return Submission(job, _first(asked.output, in_script.output, "slurm-%j.out"), asked.parsable)


def jupyter_output(now: datetime, token: str) -> str:
    """What a Jupyter server prints when it listens on the node."""
    start = f"[I {now:%Y-%m-%d %H:%M:%S}.000 ServerApp]"
    page = f"{NODE.web_port}/lab?token={token}"
    return (
        f"{start} Jupyter Server 2.14.2 is running at:\n"
        f"{start} http://{NODE.name}:{page}\n"
        f"{start}     http://127.0.0.1:{page}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="sbatch", add_help=False, allow_abbrev=False)
    parser.add_argument("-J", "--job-name")
    parser.add_argument("-o", "--output")
    parser.add_argument("-p", "--partition")
    parser.add_argument("-t", "--time")
    for short, long in (
        ("-A", "--account"),
        ("-C", "--constraint"),
        ("-N", "--nodes"),
        ("-c", "--cpus-per-task"),
        ("-e", "--error"),
        ("-n", "--ntasks"),
        ("-w", "--nodelist"),
    ):
        parser.add_argument(short, long)
    parser.add_argument("--parsable", action="store_true")
    parser.add_argument("--wrap")
    parser.add_argument("script", nargs="...")
    return parser


def _first(*values: str | None) -> str:
    return next(value for value in values if value is not None)


def _time(text: str) -> str:
    """A time limit as squeue prints it (sbatch(1), --time). Raises SlurmUsage."""
    if text.lower() in {"0", "unlimited", "infinite"}:
        return "UNLIMITED"
    found = TIME.fullmatch(text)
    if not found:
        raise SlurmUsage("sbatch: error: Invalid --time specification\n")
    days, *parts = found.groups()
    numbers = [int(part) for part in parts if part]
    units = [HOUR_S, MINUTE_S, 1] if days or len(numbers) == 3 else [MINUTE_S, 1]
    seconds = int(days or 0) * DAY_S
    seconds += sum(number * unit for number, unit in zip(numbers, units, strict=False))
    days_left, rest = divmod(-(-seconds // MINUTE_S) * MINUTE_S, DAY_S)  # whole minutes
    hours, rest = divmod(rest, HOUR_S)
    minutes = rest // MINUTE_S
    if days_left:
        return f"{days_left}-{hours:02}:{minutes:02}:00"
    return f"{hours}:{minutes:02}:00" if hours else f"{minutes}:00"
