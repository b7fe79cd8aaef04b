"""The port to the files that a browser saved."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from alpkey.core.keys.key_file_kinds import Download


class Downloads(Protocol):
    @property
    def folder(self) -> Path:
        """Where the person's browser saves files."""

    def read(self, paths: Sequence[Path]) -> list[Download]:
        """What lies there, newest first: every file named, and of a folder what may be a key.

        Without ``paths`` the folder of downloads is read.  Raises NoKey where a path is missing
        and InvalidFile where it cannot be read.
        """

    def remove(self, download: Download) -> None:
        """Removes the file; one that is gone is no error.  Raises InvalidFile."""
