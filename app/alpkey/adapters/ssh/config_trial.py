"""The person's ssh as the judge of configurations: ``ssh -G``, on files in place and on trial."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey.adapters.process.processes import start_listened
from alpkey.adapters.ssh.own_config import readable_by_ssh
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.paths import Paths
from alpkey.core.ssh.command_lines import PROBE, reading_only
from alpkey.core.ssh.config_blocks import SYSTEM_CONFIG, include_line
from alpkey.core.ssh.config_ports import Trial
from alpkey.core.ssh.config_query import Resolution, parse

TIMEOUT_S = 5.0
REASON_LETTERS = 500


class OpenSshConfig:
    """The ``ssh`` on PATH.

    In a moved home it is given the file with ``-F``, which makes it pass the system's over; in a
    real home it finds both by itself.
    """

    def __init__(self, places: Paths, environ: Mapping[str, str]) -> None:
        self._places = places
        self._environ = environ

    def ask(self, name: str) -> Resolution:
        if not self._places.moved:
            return self._asked(name)
        config = self._places.user_config
        return self._asked(name, config if config.exists() else Path("none"))

    @contextmanager
    def trying(self, own: str, theirs: bytes) -> Iterator[Trial]:
        """One file holds all of theirs, as a chain of includes would be one link longer.

        ``Match all`` ends the last block of theirs, so that what follows counts for every host.
        """
        atomic_write.private_folder(self._places.undo)
        with tempfile.TemporaryDirectory(dir=self._places.undo, prefix="trial-") as folder:
            ours, first, second = (Path(folder, name) for name in ("ours", "first", "second"))
            with readable_by_ssh():
                line = include_line(ours).encode() + b"\n"
            system = b"" if self._places.moved else include_line(SYSTEM_CONFIG).encode() + b"\n"
            end = b"\nMatch all\n"
            with atomic_write.as_unfit(first):
                ours.write_text(own)
                first.write_bytes(line + theirs + end + system)
                second.write_bytes(theirs + end + line + system)
            yield Trial(
                ours_first=lambda name: self._asked(name, first),
                theirs_first=lambda name: self._asked(name, second),
            )

    def _asked(self, name: str, config: Path | None = None) -> Resolution:
        """What a ``Match exec`` line leaves running is not waited for."""
        command = ["ssh", *reading_only(config), "-G", "--", name]
        with tempfile.TemporaryFile() as said:
            try:
                process = start_listened(command, {**self._environ, **PROBE}, said)
            except OSError as error:
                raise Unreachable("ssh-missing", reason=f"{error.strerror}.") from None
            with process:
                answer = self._answer(process)
            if process.returncode != 0:
                said.seek(0)
                reason = self._reason(said.read(), config)
                raise InvalidFile("config-refused", path=self._path, reason=reason)
        return parse(answer.decode(errors="surrogateescape"))

    def _answer(self, process: "subprocess.Popen[bytes]") -> bytes:
        """All that was said; whatever ends the wait ends the whole session of ssh."""
        try:
            return process.communicate(timeout=TIMEOUT_S)[0]
        except BaseException as stopped:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(stopped, subprocess.TimeoutExpired):
                seconds = int(TIMEOUT_S)
                raise InvalidFile("config-hangs", path=self._path, seconds=seconds) from None
            raise

    def _reason(self, said: bytes, config: Path | None) -> str:
        """ssh's own words, about the file that the person knows."""
        text = said.decode(errors="replace").strip()
        if config:
            text = text.replace(str(config), self._path)
        return " ".join(text.split())[:REASON_LETTERS] or "It gave no reason."

    @property
    def _path(self) -> str:
        return str(self._places.user_config)
