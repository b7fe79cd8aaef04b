"""The port to a cancel that may come at any moment."""

from contextlib import AbstractContextManager
from typing import Protocol


class Cancellation(Protocol):
    """Cancel works at every moment; ``deferred`` marks the stretch where it has to wait."""

    @property
    def requested(self) -> bool: ...

    def deferred(self) -> AbstractContextManager[None]:
        """Defer a cancel to the end of the action."""

    def briefly(self) -> AbstractContextManager[None]:
        """Defer a cancel to the end of this stretch, where Cancelled is raised."""
