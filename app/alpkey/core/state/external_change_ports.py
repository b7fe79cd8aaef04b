"""The port to the memory of what lies outside our own folders, for undo and uninstall."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Entry = Mapping[str, Any]

SSH_CONFIG = "ssh-config"
"""The entry of the person's ssh configuration."""


class ExternalChanges(Protocol):
    """What Alpkey changed outside its own folders; an entry a thing."""

    def names(self) -> Sequence[str]:
        """Of all entries, in the order they came in.  Raises InvalidFile."""

    def entry(self, name: str) -> Entry | None: ...

    def note(self, name: str, entry: Entry | None) -> None:
        """Writes the entry; None forgets it.  Raises InvalidFile."""
