# SPDX-License-Identifier: BSD-3-Clause
"""The folder of a host: its whole file system, with a home folder for each user."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from .files import PRIVATE_FOLDER


@dataclass(frozen=True)
class UserFolder:
    """The file system below `root` as `username` sees it, from the home folder in it.

    Paths lead to places below `root`: an absolute one starts there, and `..` stops there. Symbolic
    links and what programs read from their input are not checked: this is for trying, and no
    security boundary.
    """

    root: Path
    username: str

    @property
    def home(self) -> str:
        """The path of the home folder on the host."""
        return posixpath.normpath(f"/users/{self.username}")

    @property
    def working_folder(self) -> Path:
        """The home folder on this machine."""
        return Path(f"{self.root}{self.home}")

    def make(self) -> None:
        """Make the home folder where it is missing. Raises OSError."""
        self.working_folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)

    def absolute(self, path: str) -> str:
        """`path` on the host, absolute; `~` is the home folder."""
        if path == "~" or path.startswith("~/"):
            path = f"{self.home}{path[1:]}"
        return posixpath.normpath(posixpath.join(self.home, path))

    def place(self, path: str) -> Path:
        """The place on this machine of `path` on the host."""
        return Path(f"{self.root}{self.absolute(path)}")

    def inside(self, word: str) -> str:
        """`word` of a command line, as a program that runs in the home folder has to see it.

        One that stays in the folder by itself is left as it is, and a slash at the end stays,
        for rsync reads meaning into both.
        """
        stays = not word.startswith(("/", "~")) and ".." not in word.split("/")
        if stays or (word.startswith("~") and word[1:2] not in {"", "/"}):
            return word
        end = "/" if word.endswith("/") else ""
        return f"{self.root}{self.absolute(word)}{end}"
