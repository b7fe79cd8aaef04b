"""The ports of tunnels: the ssh that is one, the files that tell of them, this computer's ports."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from alpkey.core.tunnels.lifecycle import Ended, Trigger
from alpkey.core.tunnels.record import TunnelObservation, TunnelTarget

News = Ended | Literal[Trigger.LISTENING, Trigger.REFUSED]


class Pollable(Protocol):
    """Something that becomes readable when it wants attention."""

    def fileno(self) -> int: ...


class SshProcess(Protocol):
    """One ssh at a time, and its services as seen from this computer.

    The ssh ends with whoever started it, however that ends.
    """

    def start(self, command: Sequence[str], target: TunnelTarget) -> None:
        """Raises Unreachable (``ssh-missing``)."""

    def news(self, timeout_s: float | None, wish: Pollable) -> News | None:
        """The next thing that happens; None once the time is over or ``wish`` wants attention.

        That ssh listens is told once.
        """

    def silent(self) -> tuple[int, ...]:
        """The ports on the node where no service takes connections; only while ssh listens."""

    def stop(self) -> Ended | None:
        """Ends the ssh and waits until it has; None where none ran."""


class Claim(Protocol):
    """A tunnel's name and file, for as long as its supervisor lives."""

    @property
    def id(self) -> str: ...

    def fileno(self) -> int:
        """Readable when somebody has something to say."""

    def show(self, tunnel: TunnelObservation) -> None:
        """Replaces the file, locked at every instant.  Raises InvalidFile."""

    def is_to_close(self) -> bool:
        """Whether somebody said that the tunnel is to close; they wait until the claim is over."""

    def leave_word(self) -> None:
        """Has the file stay behind: it tells how the tunnel ended."""


class TunnelFiles(Protocol):
    def claim(self, name: str) -> AbstractContextManager[Claim]:
        """The name, or with a number behind it where a living tunnel has it.  Raises
        InvalidFile.
        """

    def close(self, tunnel_id: str) -> bool:
        """Has the tunnel closed, and returns once it is; false where nobody answers for it."""

    def forget(self, tunnel_id: str) -> None:
        """Removes the file of a tunnel that is no more; touches no living one."""

    def remember(self, target: TunnelTarget) -> None:
        """Keeps it as the last that stood, to be offered the next time.  Raises InvalidFile."""


class DetachedTunnel(Protocol):
    """Another process of ours, which may outlive us."""

    @property
    def number(self) -> int:
        """What the system calls it."""

    def runs(self) -> bool:
        """Whether it still runs."""

    def end(self) -> None:
        """Tells it to end, which it does cleanly; it may have ended."""


class LocalPorts(Protocol):
    """Ports of this computer's loopback."""

    def state(self, port: int) -> Literal["free", "busy", "reserved"]:
        """Reserved where the system gives it to nobody but its administrator."""

    def holder(self, port: int) -> str | None:
        """The program that listens there, where that can be told."""

    def any_free(self) -> int:
        """One that is free at this moment."""
