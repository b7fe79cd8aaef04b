"""The ports to what lies outside our own folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from alpkey.core.desktop.external_file import ExternalFile


class ExternalFiles(Protocol):
    """Files that we put where a desktop looks for them; each is noted before it is written.

    All changes return where a file now lies that stood there and was not as we had left it:
    it is kept beside, under a name that no desktop reads.
    """

    def content(self, path: Path) -> bytes | None:
        """What stands there, if anything does.  Raises InvalidFile."""

    def holds(self, file: ExternalFile) -> bool:
        """Whether it was put and not taken away since.  Raises InvalidFile."""

    def placed(self) -> Mapping[str, Path]:
        """By its name, where each file lies that was put and not taken away.  Raises
        InvalidFile.
        """

    def take_back(self, name: str) -> Path | None:
        """Removes the file that was put under ``name``, for whoever no longer has it.

        Raises InvalidFile.
        """

    def put(self, file: ExternalFile) -> Path | None:
        """Makes the file, and its folders where they lack.  Raises InvalidFile."""

    def take_away(self, file: ExternalFile) -> Path | None:
        """Removes the file from where it was put.  Raises InvalidFile."""
