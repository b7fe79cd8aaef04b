"""The port to commands on hosts of the centre, run by the person's ssh."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from alpkey.core.ssh.login_result import LoginObservation

# What ssh ends with for failures of its own (ssh(1), EXIT STATUS).
SSH_FAILED = 255


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """A command that ended, or did not in time: then ``code`` is None.

    ``said`` is the error output of ssh and of the command.
    """

    code: int | None
    output: str
    said: str

    @property
    def logged_in(self) -> bool:
        return self.code not in (None, SSH_FAILED)

    def login(self, host: str) -> LoginObservation:
        """The same as a login that failed, for whoever is to explain it."""
        return LoginObservation(host, self.code, self.said)


class Remote(Protocol):
    def run(self, alias: str, config: Path | None, command: Sequence[str]) -> RemoteResult:
        """Runs ``command``, quoted for a shell, on ``alias``; nobody is asked anything.

        ``config`` is the file for ``ssh -F``, where one is.  Bounded in time.  Raises Unreachable
        (``ssh-missing``).
        """
