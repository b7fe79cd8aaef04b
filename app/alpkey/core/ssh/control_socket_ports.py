"""The port to connections that several logins share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ControlSockets(Protocol):
    def open(self) -> Sequence[Path]:
        """The sockets of those that are open, or were when somebody last cleaned up."""

    def end(self, socket: Path) -> None:
        """Ends the connection with all its sessions; one that is over already leaves its socket.

        Raises Unreachable.
        """
