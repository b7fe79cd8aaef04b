"""The ports of tunnels: their ssh process, the files that describe them, local TCP ports."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from alpkey.core.tunnels.lifecycle import Ended, Trigger
from alpkey.core.tunnels.record import TunnelObservation, TunnelTarget

News = Ended | Literal[Trigger.LISTENING, Trigger.REFUSED]


class SshProcess(Protocol):
    """One ssh at a time, and its services as seen from this computer.

    The ssh ends with the process that started it, however that ends.
    """

    def start(self, command: Sequence[str], target: TunnelTarget) -> None:
        """Raises Unreachable (``ssh-missing``)."""

    def news(self, timeout_s: float | None, wake: int) -> News | None:
        """The next thing that happens; None once the time is over or the file descriptor ``wake``
        is readable.

        That ssh listens is reported once.
        """

    def silent(self) -> tuple[int, ...]:
        """The ports on the node where no service takes connections; only while ssh listens."""

    def stop(self) -> Ended | None:
        """End the ssh and wait until it has ended; None where none ran."""


class Claim(Protocol):
    """A tunnel's name and file, for as long as its supervisor runs."""

    @property
    def id(self) -> str: ...

    def fileno(self) -> int:
        """A file descriptor that is readable when another process asks for something."""

    def show(self, tunnel: TunnelObservation) -> None:
        """Replace the file, locked at every instant.  Raises InvalidFile."""

    def is_to_close(self) -> bool:
        """Whether another process asked to close the tunnel; it waits until the claim ends."""

    def leave_word(self) -> None:
        """Leave the file in place: it says how the tunnel ended."""


class TunnelFiles(Protocol):
    def claim(self, name: str) -> AbstractContextManager[Claim]:
        """The name, followed by a number where a running tunnel has it.  Raises
        InvalidFile.
        """

    def close(self, tunnel_id: str) -> bool:
        """Close the tunnel, and return once it is; false where no supervisor runs."""

    def forget(self, tunnel_id: str) -> None:
        """Remove the file of a tunnel that has ended; a running one is not touched."""

    def remember(self, target: TunnelTarget) -> None:
        """Save it as the last open tunnel, to be offered the next time.  Raises InvalidFile."""


class DetachedTunnel(Protocol):
    """Another process of Alpkey, which may outlive this one."""

    @property
    def number(self) -> int:
        """Its process id."""

    def runs(self) -> bool:
        """Whether it runs."""

    def end(self) -> None:
        """Ask it to end cleanly; it may have ended already."""


class LocalPorts(Protocol):
    """Ports of this computer's loopback."""

    def state(self, port: int) -> Literal["free", "busy", "reserved"]:
        """Reserved where the system gives it to its administrator only."""

    def holder(self, port: int) -> str | None:
        """The program that listens there, where that is known."""

    def any_free(self) -> int:
        """A port that is free now."""
