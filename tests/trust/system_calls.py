"""The file-changing system calls of a command, and the same command broken at one of them.

strace counts the calls of each process or thread by itself, so a point is the n-th call of a name
in the one that was started.  Other threads of Alpkey change no files; one that does is a failure.
"""

import re
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.agents import end_agent
from tests.centre import Home

TIMEOUT_S = 60
CHANGING = (
    "openat,write,pwrite64,writev,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,"
    "unlinkat,mkdir,mkdirat,rmdir,chmod,fchmod,fchmodat,ftruncate,truncate,fsync,fdatasync,"
    "utimensat,chown,fchown,fchownat,fallocate"
)
# What a file system may answer to any of them (a full, read-only, closed or broken disk).
ERRORS = ("ENOSPC", "EROFS", "EACCES", "EIO")


@dataclass(frozen=True)
class Call:
    """The ``nth`` call of ``name``; ``text`` is what strace wrote of it."""

    name: str
    nth: int
    text: str

    def __str__(self) -> str:
        return f"{self.name} {self.nth} ({self.text[:120]})"


@dataclass(frozen=True)
class Ended:
    code: int
    output: str


def changing_calls(trace: str, folders: Sequence[str]) -> tuple[list[Call], list[str]]:
    """The calls that change something in one of ``folders``, and those of other threads."""
    rows = [row for row in map(_CALL.match, trace.splitlines()) if row]
    counts: Counter[str] = Counter()
    own, others = [], []
    for row in rows:
        process, name, arguments = row.groups()
        is_own = process == rows[0][1]
        if is_own:
            counts[name] += 1
        if not _changes(name, arguments) or not any(folder in arguments for folder in folders):
            continue
        if is_own:
            own.append(Call(name, counts[name], arguments))
        else:
            others.append(f"{name}({arguments}")
    return own, others


# The end of an interrupted call begins with "<... ", so each call is counted once.
_CALL = re.compile(r"(\d+) +(\w+)\((.*)")


def _changes(name: str, arguments: str) -> bool:
    return name != "openat" or "O_CREAT" in arguments or "O_TRUNC" in arguments


def traced(
    home: Home, command: Sequence[str], typed: str, environ: Mapping[str, str]
) -> tuple[Ended, list[Call], list[str]]:
    """The command undisturbed, with its calls below the home's folder as ``changing_calls``."""
    with tempfile.NamedTemporaryFile("r") as trace:
        options = ("-y", "-o", trace.name, "-e", f"trace={CHANGING}")
        ended = run(home, command, typed, environ, options)
        own, others = changing_calls(Path(trace.name).read_text(), [str(home.path.parent)])
    return ended, own, others


def broken(
    home: Home, command: Sequence[str], typed: str, environ: Mapping[str, str], call: Call, how: str
) -> Ended:
    """The command killed before the call, or with the call failing by the error ``how``."""
    tamper = "signal=KILL" if how == "KILL" else f"error={how}"
    inject = f"inject={call.name}:{tamper}:when={call.nth}"
    return run(
        home, command, typed, environ, ("-o", "/dev/null", "-e", f"trace={call.name}", "-e", inject)
    )


def run(
    home: Home,
    command: Sequence[str],
    typed: str,
    environ: Mapping[str, str],
    strace: Sequence[str] = (),
) -> Ended:
    """Runs it, by strace where options for that are given, and ends the agent that it started.

    With -D strace is no parent, so that it may outlive the command with the agent.
    """
    before = ("strace", "-D", "-f", "-qq", *strace) if strace else ()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as answers:
        answers.write(typed)
        answers.seek(0)
        process = subprocess.Popen(
            [*before, *home.command(*command)],
            stdin=answers,
            stdout=output,
            stderr=output,
            env={**home.environ, **environ},
        )
        try:
            code = process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
            output.write("took longer than it may")
        end_agent(home.own_agent)
        output.seek(0)
        return Ended(code, output.read())


KILLED = -signal.SIGKILL
