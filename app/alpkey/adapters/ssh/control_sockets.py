"""Connections that logins share, found by their sockets in Alpkey's folder."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import Unreachable
from alpkey.core.ssh.control_sockets import is_shared

TIMEOUT_S = 10.0


class OpenSshControlSockets:
    """``folder`` is where ``ControlPath`` puts them."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def open(self) -> Sequence[Path]:
        found = path_checks.entries(self._folder)
        return [path for path in found if is_shared(path.name) and path_checks.is_socket(path)]

    def end(self, socket: Path) -> None:
        """ssh identifies it by the socket alone, so it needs no configuration and no real name."""
        path = str(socket).replace("%", "%%")
        command = ["ssh", "-F", "/dev/null", "-o", f'ControlPath="{path}"', "-O", "exit", "shared"]
        try:
            subprocess.run(
                command,
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreachable("connection-stuck", name=socket.name) from None
        except OSError as error:
            raise Unreachable("ssh-missing", reason=f"{error.strerror}.") from None
        with atomic_write.as_unfit(socket):
            socket.unlink(missing_ok=True)
