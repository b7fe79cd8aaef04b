"""The ports to the person's ssh configuration, apart from the others: one action needs them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from alpkey.core.ports import OwnConfigFiles
from alpkey.core.ssh.aliases import Alias
from alpkey.core.ssh.config_query import Resolution

Ask = Callable[[str], Resolution]
"""Asks ssh about one name.  Raises InvalidFile (``config-refused``, ``config-hangs``) or
Unreachable.
"""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The person's configuration as it was read; ``content`` is None where there is none."""

    path: Path
    content: bytes | None


class OwnConfig(OwnConfigFiles, Protocol):
    """Our own files, and what they say before they are written.  Every method raises
    InvalidFile.
    """

    @property
    def on_demand(self) -> bool:
        """Whether ssh is to look for a fresh key before each login."""

    def set_on_demand(self, wanted: bool) -> None:
        """Puts the script that looks in its place, or takes it away; ``write`` does the rest."""

    def lying(self) -> bool:
        """Whether any of them is there."""

    def remove(self) -> bool:
        """Takes all of them away; whether their folder went too, which only an empty one does."""

    def blocks(self, user: str | None, *, on_demand: bool) -> str:
        """What the file with the hosts should say."""

    def include(self) -> bytes:
        """The line by which another file reads that one in."""


class UserConfig(Protocol):
    """The person's own configuration file.  Links are followed and stay links."""

    @property
    def path(self) -> Path: ...

    def read(self) -> ConfigFile:
        """Raises InvalidFile where it is no regular file, another person's, or cannot be read."""

    def included(self, content: bytes) -> Iterable[bytes]:
        """What lies in the files that ``content`` includes, and those include; what can be read."""

    def keep_backup(self, content: bytes, now: datetime) -> Path:
        """Keeps ``content`` aside and returns where.  Raises InvalidFile."""

    def replace(self, read: ConfigFile, content: bytes | None) -> None:
        """Puts ``content`` in its place, with mode and owner as they were; None takes it away.

        Raises InvalidFile where it no longer is what was ``read``, or cannot be written.
        """


@dataclass(frozen=True, slots=True)
class Trial:
    """Two ways to lay the same lines on each other."""

    ours_first: Ask
    theirs_first: Ask


class SshJudge(Protocol):
    """The person's ssh, which alone knows what a configuration means."""

    def ask(self, name: str) -> Resolution:
        """What ssh uses for ``name`` now.  Raises as Ask does."""

    def trying(self, own: str, theirs: bytes) -> AbstractContextManager[Trial]:
        """Asks about files that are not in place: our blocks and the person's lines."""


class AliasFile(Protocol):
    def write(self, aliases: Iterable[Alias]) -> None:
        """Puts these in place of those that were there.  Raises InvalidFile."""
