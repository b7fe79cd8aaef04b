"""The ports that only the doctor needs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from alpkey.core.doctor.observations import (
    DesktopObservation,
    Family,
    FilesObservation,
    ReachObservation,
    Resolved,
    ServiceObservation,
)
from alpkey.core.ssh.login_result import LoginObservation


class SideBySide(Protocol):
    def __call__(self, calls: Mapping[str, Callable[[], Any]], timeout_s: float) -> dict[str, Any]:
        """Run all calls at once and return their results by name; None for one that is late.

        Returns after ``timeout_s`` at the latest.  Raises what a call raises.
        """


class SshProbe(Protocol):
    """The user's ssh.  ``config`` is the file for ``-F``; None where ssh includes ours anyway."""

    def version(self) -> str:
        """``9.2p1``; empty where there is no ssh."""

    def own(self, alias: str) -> Resolved:
        """What the user's own configuration makes of ``alias``."""

    def straight(self, alias: str, config: Path | None) -> Family | None:
        """The addresses that ssh uses for ``alias``; None where it does not connect directly."""

    def login(self, alias: str, config: Path | None) -> LoginObservation:
        """Log in once, without asking the user.  Bounded in time."""


class FilesProbe(Protocol):
    """Observes the examined files, and changes their modes."""

    def observe(self) -> FilesObservation: ...

    def change_mode(self, name: str, new_mode: Callable[[int], int]) -> None:
        """Replace the mode of the file by ``new_mode`` of it.  Raises InvalidFile."""


class NetworkProbe(Protocol):
    def reach(self, host: str, port: int, family: Family) -> ReachObservation:
        """Whether an ssh server answers, and whether ssh would wait for another address first."""


class ServiceProbe(Protocol):
    def __call__(self) -> ServiceObservation | None:
        """Make one call without credentials; None where no service is known."""


class DeskProbe(Protocol):
    def __call__(self) -> DesktopObservation: ...


class InstalledProbe(Protocol):
    def __call__(self) -> tuple[Path, ...]:
        """Every program named alpkey that a shell would find, each once, whatever its links."""
