"""The port to a command of the person's own, run at an event."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Hook(Protocol):
    def run(
        self, command: Sequence[str], facts: Mapping[str, str], cancelled: Callable[[], bool]
    ) -> None:
        """Runs it to its end, with ``facts`` among its few variables, and nothing to read.

        Raises InvalidFile: ``hook-unfit`` where somebody else may have put it there,
        ``hook-failed`` where it cannot be run, fails, takes too long, or ``cancelled`` says so.
        """
