"""The ports to what tells of newer versions, and to what it told last."""

from typing import Protocol

from alpkey.core.updates.releases import LastUpdateCheck, Release


class ReleaseFeed(Protocol):
    """Where newer versions are told of."""

    def newest(self) -> Release | None:
        """The newest release; None where there is none yet.  Raises Unreachable."""


class ReleaseMemory(Protocol):
    """What the feed said last."""

    def read(self) -> LastUpdateCheck | None:
        """None where it was never asked."""

    def write(self, told: LastUpdateCheck) -> None:
        """Raises InvalidFile."""
