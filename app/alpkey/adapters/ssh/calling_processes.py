"""The ssh processes among the ancestors of this process."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from alpkey.core.ssh.caller import SshCaller, read_arguments
from alpkey.core.ssh.command_lines import PROBE

# A shell and a jump or two lie between this process and the first ssh.
GENERATIONS = 12
QUERY_TIMEOUT_S = 5.0


class ProcessAncestors:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def calls(self) -> Sequence[SshCaller]:
        found = []
        process = os.getppid()
        for _ in range(GENERATIONS):
            if process <= 1 or (seen := _process(process)) is None:
                break
            process, words = seen
            if words and Path(words[0]).name == "ssh":
                found.append(read_arguments(words[1:]))
        return found

    def is_batch(self, call: SshCaller) -> bool:
        try:
            done = subprocess.run(
                ["ssh", "-G", *call.words],
                env={**self._environ, **PROBE},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=QUERY_TIMEOUT_S,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return b"batchmode yes" in done.stdout.splitlines()


def _process(number: int) -> tuple[int, list[str]] | None:
    """Its parent and its arguments; None where it has ended or they are unknown.

    /proc separates arguments (proc(5)); ps, on macOS, only shows them in one line.
    """
    try:
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[:-1]
        stat = Path(f"/proc/{number}/stat").read_text(errors="replace")
    except OSError:
        return _by_ps(number)
    return int(stat.rpartition(")")[2].split()[1]), [os.fsdecode(word) for word in words]


def _by_ps(number: int) -> tuple[int, list[str]] | None:
    command = ["ps", "-o", "ppid=", "-o", "args=", "-p", str(number)]
    try:
        shown = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=QUERY_TIMEOUT_S
        ).stdout
        parent, *words = shown.split()
        return int(parent), words
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
