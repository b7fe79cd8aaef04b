"""Alpkey's own ssh-agent: OpenSSH's, at a socket in the runtime folder."""

import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.agent.client import Connection, SshAgent, peer_process
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import AgentTrouble, AlpkeyError
from alpkey.core.paths import lock_of
from alpkey.core.runtime_folder import AGENT
from alpkey.core.state.ports import Lock
from alpkey.runtime_folder import RuntimeFolder

START_TIMEOUT_S = 5.0
END_TIMEOUT_S = 3.0
_TURN_S = 10.0

# What the agent needs to ask for a confirmation in a window, and nothing besides.
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
    *("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "SSH_ASKPASS"),
)


class OwnSshAgent(SshAgent):
    """The agent that listens in the runtime folder.

    ``lock``, made for a path, prevents two commands from each starting one.  The agent is known
    by its socket, never by a saved process id, which may be another program's by now.
    """

    def __init__(
        self, runtime: RuntimeFolder, lock: Callable[[Path], Lock], environ: Mapping[str, str]
    ) -> None:
        super().__init__("", "IdentityAgent")
        self._runtime = runtime
        self._lock = lock
        self._environ = environ

    @property
    def _path(self) -> str:
        """Found anew each time; without a runtime folder, a path that nothing listens at."""
        return str(self._runtime.place(AGENT) or os.path.devnull)

    @property
    def path(self) -> Path | None:
        """Its socket, None unless it runs."""
        return Path(self._path) if self.lives else None

    @property
    def lives(self) -> bool:
        with closing(Connection(socket.AF_UNIX)) as connection:
            return self._reached(connection)

    def start(self) -> None:
        try:
            path = self._runtime.ready() / AGENT
            with self._lock(lock_of(path)).held(_TURN_S):
                if not self.lives:
                    with atomic_write.as_unfit(path):
                        path.unlink(missing_ok=True)
                    self._started(path)
        except AgentTrouble:
            raise
        except AlpkeyError as error:
            raise _failed(f"{error.params.get('reason', error.code)}") from None

    def end(self) -> None:
        """The connection ends with the agent, so no polling is needed."""
        with closing(Connection(socket.AF_UNIX)) as connection:
            if self._reached(connection):
                number = peer_process(connection)
                connection.settimeout(END_TIMEOUT_S)
                try:
                    if number <= 0:
                        raise ProcessLookupError("Its process is unknown")
                    os.kill(number, signal.SIGTERM)
                    with suppress(ConnectionError):
                        connection.recv(1)
                except OSError as error:
                    reason = f"{error.strerror or error}."
                    raise AgentTrouble(
                        "own-agent-stays", socket=self._path, reason=reason
                    ) from None
        if path := self._runtime.place(AGENT):
            atomic_write.discard(path)

    def _reached(self, connection: Connection) -> bool:
        connection.settimeout(END_TIMEOUT_S)
        try:
            connection.connect(self._path)
        except OSError:
            return False
        return True

    def _started(self, path: Path) -> None:
        """Wait for its output once it listens; in any other case it is ended again."""
        program = path_checks.find_program("ssh-agent", self._environ)
        if program is None:
            raise _failed("There is no program ssh-agent.")
        spoken, speaks = os.pipe()
        with os.fdopen(spoken, "rb"):
            try:
                process = self._child(program, path, speaks)
            except OSError as error:
                raise _failed(f"{program}: {error.strerror or error}.") from None
            finally:
                os.close(speaks)
            ready, _, _ = select.select([spoken], [], [], START_TIMEOUT_S)
            if ready and self.lives:
                process.returncode = 0  # it outlives this process, so Popen must not warn about it
                return
        process.kill()
        process.wait()
        raise _failed(f"{program} did not listen at {path}.")

    def _child(self, program: str, path: Path, speaks: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [program, "-D", "-a", str(path)],
            env={name: self._environ[name] for name in _PASSED_ON if name in self._environ},
            stdin=subprocess.DEVNULL,
            stdout=speaks,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
        )


def _failed(reason: str) -> AgentTrouble:
    return AgentTrouble("own-agent-failed", reason=reason)
