"""Files outside Alpkey's own folders, where a desktop looks for them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExternalFile:
    """A file to write at ``path``.  It is recorded by its ``name``, whatever the path was.

    ``folder`` belongs to Alpkey with all its content, and is removed with its last file.
    """

    name: str
    path: Path
    content: bytes
    mode: int = 0o644
    folder: Path | None = None


class InvalidPath(ValueError):
    """A value that such a file cannot contain; the text is the value."""
