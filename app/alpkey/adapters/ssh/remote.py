"""Commands on hosts of the centre by the user's ssh, without prompts."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from alpkey.adapters.process.processes import start_listened
from alpkey.adapters.ssh.versions import known_options
from alpkey.core.errors import Unreachable
from alpkey.core.ssh.command_lines import (
    RUNS_A_COMMAND,
    STAYS_IN_FRONT,
    UNATTENDED,
    UNATTENDED_WITH_INPUT,
    reading_only,
    unattended,
)
from alpkey.core.ssh.ports import RemoteResult

TIMEOUT_S = 30.0
# An answer is some lines; a host that sends more than any user has jobs is cut off.
_MOST_LETTERS = 4 * 1024 * 1024


class SshRemote:
    """The ``ssh`` on PATH."""

    def __init__(self, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        self._environ = unattended(environ)
        self._timeout_s = timeout_s

    def run(self, alias: str, config: Path | None, command: Sequence[str]) -> RemoteResult:
        """Run ``command``, which gets nothing to read."""
        return self._run(UNATTENDED, alias, config, command)

    def send(
        self, alias: str, config: Path | None, command: Sequence[str], data: bytes
    ) -> RemoteResult:
        """Run ``command``, which reads ``data``."""
        with tempfile.TemporaryFile() as given:
            given.write(data)
            given.seek(0)
            return self._run(UNATTENDED_WITH_INPUT, alias, config, command, given)

    def _run(
        self,
        options: Sequence[str],
        alias: str,
        config: Path | None,
        command: Sequence[str],
        given: BinaryIO | int = subprocess.DEVNULL,
    ) -> RemoteResult:
        """In a session of its own: the ssh that jumps could ask on the terminal otherwise.

        It outlives the outer ssh where SIGHUP is ignored, as under nohup(1).
        """
        newer = known_options((STAYS_IN_FRONT, RUNS_A_COMMAND), self._environ)
        words = ["ssh", *reading_only(config), *options, *newer, "--", alias, *command]
        with tempfile.TemporaryFile() as errors:
            try:
                process = start_listened(words, self._environ, errors, given)
            except OSError as error:
                raise Unreachable("ssh-missing", reason=f"ssh: {error.strerror}.") from None
            with process:
                try:
                    output, _ = process.communicate(timeout=self._timeout_s)
                except subprocess.TimeoutExpired:
                    return RemoteResult(None, "", "It did not end in time.")
                finally:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGTERM)
            errors.seek(0)
            return RemoteResult(
                process.returncode, _text(output), _text(errors.read(_MOST_LETTERS))
            )


def _text(data: bytes) -> str:
    return data[:_MOST_LETTERS].decode(errors="replace")
