"""The port to files outside Alpkey's own folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from alpkey.core.desktop.external_file import ExternalFile


class ExternalFiles(Protocol):
    """Files that are put where a desktop looks for them; each is recorded before it is written.

    A file in its place that somebody has changed is renamed, to a name that no desktop reads.
    Every method that changes something returns that new path, or None.
    """

    def content(self, path: Path) -> bytes | None:
        """The content of the file; None where there is none.  Raises InvalidFile."""

    def holds(self, file: ExternalFile) -> bool:
        """Whether it was put and not removed since.  Raises InvalidFile."""

    def placed(self) -> Mapping[str, Path]:
        """By name, the path of each file that was put and not removed.  Raises InvalidFile."""

    def take_back(self, name: str) -> Path | None:
        """Remove the file that was put under ``name``, where its content is no longer known.

        Raises InvalidFile.
        """

    def put(self, file: ExternalFile) -> Path | None:
        """Write the file, and make missing folders.  Raises InvalidFile."""

    def take_away(self, file: ExternalFile) -> Path | None:
        """Remove the file from where it was put.  Raises InvalidFile."""
