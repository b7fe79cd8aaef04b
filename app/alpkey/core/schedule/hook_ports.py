"""The port to a command of the user's that runs after an event."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Hook(Protocol):
    def run(
        self, command: Sequence[str], facts: Mapping[str, str], cancelled: Callable[[], bool]
    ) -> None:
        """Run it to its end, with ``facts`` in its small environment and an empty stdin.

        Raises InvalidFile: ``hook-unfit`` where another user could have written it,
        ``hook-failed`` where it cannot be run, fails, takes too long, or ``cancelled`` is true.
        """
