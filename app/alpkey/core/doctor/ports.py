"""What the doctor needs of the outside world, apart from what everybody needs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from alpkey.core.doctor.observations import (
    DesktopObservation,
    Family,
    FilesObservation,
    LoginObservation,
    ReachObservation,
    Resolved,
    ServiceObservation,
)


class SideBySide(Protocol):
    def __call__(self, calls: Mapping[str, Callable[[], Any]], timeout_s: float) -> dict[str, Any]:
        """What each call returns, all run at once; None for one that is late.

        Returns after ``timeout_s`` at the latest.  Raises what a call raises.
        """


class SshProbe(Protocol):
    """The person's ssh.  ``config`` is the file for ``-F``; None where ssh finds ours by itself."""

    def version(self) -> str:
        """``9.2p1``; empty where there is no ssh."""

    def own(self, alias: str) -> Resolved:
        """What the person's own configuration makes of ``alias``."""

    def straight(self, alias: str, config: Path | None) -> Family | None:
        """The addresses by which ssh connects to ``alias``; None where it makes a detour."""

    def login(self, alias: str, config: Path | None) -> LoginObservation:
        """Logs in once and asks nobody anything.  Bounded in time."""


Mendable = Literal["folder", "key", "certificate", "config"]


class FilesProbe(Protocol):
    """Looks at files, and mends their modes."""

    def seen(self) -> FilesObservation: ...

    def mend_mode(self, name: Mendable) -> None:
        """Gives the file the mode that it should have, and changes nothing else.  Raises
        InvalidFile.
        """


class NetworkProbe(Protocol):
    def reach(self, host: str, port: int, family: Family) -> ReachObservation:
        """Whether an ssh server answers there, and whether ssh would come to wait before."""


class ServiceProbe(Protocol):
    def __call__(self) -> ServiceObservation | None:
        """One call without credentials; None where there is nobody to call."""


class DeskProbe(Protocol):
    def __call__(self) -> DesktopObservation: ...


class InstalledProbe(Protocol):
    def __call__(self) -> tuple[Path, ...]:
        """Every program called alpkey that a shell would find, each once however many links."""
