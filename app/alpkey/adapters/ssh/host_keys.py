"""Host keys by OpenSSH: one connection that ends before any sign-in."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.ssh.command_lines import UNATTENDED, reading_only, unattended
from alpkey.core.ssh.config_blocks import behind_file, path_value
from alpkey.core.ssh.host_keys import HostKey, HostKeyObservation, judged

TIMEOUT_S = 20.0
# Nothing is signed in to the host.
_QUIET = ("PreferredAuthentications=none",)


class SshHostKeys:
    """``connect`` is what ``ssh -F`` gets."""

    def __init__(self, connect: Path, environ: Mapping[str, str]) -> None:
        self._connect = connect
        self._environ = environ

    def check(self, alias: str, config: Path | None) -> HostKeyObservation:
        try:
            output = self._ssh(alias, config, "StrictHostKeyChecking=yes")
        except subprocess.TimeoutExpired:
            return HostKeyObservation("unreachable", reason="there was no answer in time")
        return judged(output)

    def check_behind(self, alias: str, jump: str, line: str) -> HostKeyObservation:
        """Options on the command line do not apply to a jump host, so a file holds them."""
        with tempfile.TemporaryDirectory(prefix="alpkey-") as folder:
            known, config = Path(folder) / "known_hosts", Path(folder) / "config"
            known.write_text(f"{line}\n")
            config.write_text(behind_file(jump, known, self._connect))
            return self.check(alias, config)

    def fetch(self, alias: str, config: Path | None, key: HostKey) -> str:
        with tempfile.TemporaryDirectory(prefix="alpkey-") as folder:
            path = Path(folder) / "known_hosts"
            try:
                self._ssh(
                    alias,
                    config,
                    "StrictHostKeyChecking=accept-new",
                    f"UserKnownHostsFile={path_value(path)}",
                    "GlobalKnownHostsFile=/dev/null",
                    f"HostKeyAlgorithms={key.plain_type}",
                )
                line = path.read_text().strip()
            except (OSError, subprocess.TimeoutExpired):
                raise InvalidFile("host-key-differs", name=alias) from None
            if key.fingerprint not in self._fingerprints(path):
                raise InvalidFile("host-key-differs", name=alias)
        return line

    def _ssh(self, alias: str, config: Path | None, *options: str) -> str:
        """The output of ssh.  In a session of its own no hop finds a terminal to ask at."""
        given = [word for option in (*_QUIET, *options) for word in ("-o", option)]
        return self._output(
            ["ssh", *reading_only(config), "-v", *UNATTENDED, *given, alias, "true"]
        )

    def _fingerprints(self, path: Path) -> str:
        return self._output(["ssh-keygen", "-l", "-f", str(path)])

    def _output(self, command: Sequence[str]) -> str:
        try:
            done = subprocess.run(
                command,
                env=unattended(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT_S,
                check=False,
                start_new_session=True,
                cwd=os.sep,
            )
        except OSError as error:
            raise Unreachable("ssh-missing", reason=f"{command[0]}: {error.strerror}.") from None
        return done.stdout.decode(errors="replace")
