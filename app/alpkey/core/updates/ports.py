"""The ports to the release feed, and to the result of the last check."""

from typing import Protocol

from alpkey.core.updates.releases import LastUpdateCheck, Release


class ReleaseFeed(Protocol):
    """The centre's feed of Alpkey's releases."""

    def newest(self) -> Release | None:
        """The newest release; None where there is none yet.  Raises Unreachable."""


class ReleaseMemory(Protocol):
    """The result of the last check."""

    def read(self) -> LastUpdateCheck | None:
        """None where there was no check yet."""

    def write(self, check: LastUpdateCheck) -> None:
        """Raises InvalidFile."""
