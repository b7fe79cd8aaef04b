"""Files for places outside our own folders, where a desktop looks for them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExternalFile:
    """A file to put at ``path``.  It is remembered by its ``name``, wherever that path was.

    ``folder`` is ours with all that lies in it, and goes with its last file.
    """

    name: str
    path: Path
    content: bytes
    mode: int = 0o644
    folder: Path | None = None


class InvalidPath(ValueError):
    """A value that cannot stand in such a file; the text is the value."""
