"""The user's ssh, queried with ``ssh -G`` about installed files and about files on trial."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.process.processes import start_listened
from alpkey.adapters.ssh.own_config import readable_by_ssh
from alpkey.adapters.state import atomic_write
from alpkey.adapters.state.lock import is_held
from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.paths import Paths
from alpkey.core.ssh.command_lines import PROBE, reading_only
from alpkey.core.ssh.config_blocks import SYSTEM_CONFIG, include_line
from alpkey.core.ssh.config_query import Resolution, parse
from alpkey.core.ssh.ports import Trial

TIMEOUT_S = 5.0
REASON_LETTERS = 500

# Trials lie in folders of this prefix, made by mkdtemp(3), under the folder for undoing.
_PREFIX = "trial-"


def sweep_trials(undo: Path, before_s: float) -> None:
    """Remove what trials left that were cut off before ``before_s``, in seconds since the epoch.

    One that still runs holds a lock on its file.
    """
    for path in path_checks.entries(undo):
        if re.fullmatch(rf"{_PREFIX}[a-z0-9_]{{8}}", path.name):
            found = path_checks.lstat_or_none(path)
            is_old = found is not None and found.st_mtime < before_s
            if is_old and not path_checks.is_link(path) and not is_held(path / "own"):
                shutil.rmtree(path, ignore_errors=True)


class OpenSshConfig:
    """The ``ssh`` on PATH.

    In a moved home it is given the file with ``-F``, which makes it pass the system's over; in a
    real home it finds both by itself.
    """

    def __init__(self, places: Paths, environ: Mapping[str, str]) -> None:
        self._places = places
        self._environ = environ

    def query(self, name: str) -> Resolution:
        if not self._places.moved:
            return self._asked(name)
        config = self._places.user_config
        return self._asked(name, config if path_checks.exists(config) else Path("none"))

    @contextmanager
    def try_config(self, blocks: str, user_lines: bytes) -> Iterator[Trial]:
        """All the user's lines go into one file, for an Include would make a chain one link longer.

        ``Match all`` ends their last block, so that what follows applies to every host.
        """
        atomic_write.private_folder(self._places.undo)
        with atomic_write.as_unfit(self._places.undo):
            trial_folder = tempfile.TemporaryDirectory(
                dir=self._places.undo, prefix=_PREFIX, ignore_cleanup_errors=True
            )
        with trial_folder as folder:
            own, first, second = (Path(folder, name) for name in ("own", "first", "second"))
            with readable_by_ssh():
                line = include_line(own).encode() + b"\n"
            system = b"" if self._places.moved else include_line(SYSTEM_CONFIG).encode() + b"\n"
            end = b"\nMatch all\n"
            with atomic_write.as_unfit(first):
                own.write_text(blocks)
                first.write_bytes(line + user_lines + end + system)
                second.write_bytes(user_lines + end + line + system)
            with own.open("rb") as running:
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(running, fcntl.LOCK_EX)
                yield Trial(
                    ours_first=lambda name: self._asked(name, first),
                    theirs_first=lambda name: self._asked(name, second),
                )

    def _asked(self, name: str, config: Path | None = None) -> Resolution:
        """What a ``Match exec`` line leaves running is not waited for."""
        command = ["ssh", *reading_only(config), "-G", "--", name]
        with tempfile.TemporaryFile() as errors:
            try:
                process = start_listened(command, {**self._environ, **PROBE}, errors)
            except OSError as error:
                raise Unreachable("ssh-missing", reason=f"{error.strerror}.") from None
            with process:
                answer = self._answer(process)
            if process.returncode != 0:
                errors.seek(0)
                reason = self._reason(errors.read(), config)
                raise InvalidFile("config-refused", path=self._path, reason=reason)
        return parse(answer.decode(errors="surrogateescape"))

    def _answer(self, process: "subprocess.Popen[bytes]") -> bytes:
        """The whole output; any exception while waiting ends the whole session of ssh."""
        try:
            return process.communicate(timeout=TIMEOUT_S)[0]
        except BaseException as stopped:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(stopped, subprocess.TimeoutExpired):
                seconds = int(TIMEOUT_S)
                raise InvalidFile("config-hangs", path=self._path, seconds=seconds) from None
            raise

    def _reason(self, errors: bytes, config: Path | None) -> str:
        """The error text of ssh, about the file that the user knows."""
        text = errors.decode(errors="replace").strip()
        if config:
            text = text.replace(str(config), self._path)
        return " ".join(text.split())[:REASON_LETTERS] or "It gave no reason."

    @property
    def _path(self) -> str:
        return str(self._places.user_config)
