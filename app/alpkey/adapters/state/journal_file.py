"""The journal on disk: lines are appended, and old ones leave when a process has many to read."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alpkey.adapters.state import atomic_write
from alpkey.core.state import journal
from alpkey.core.state.journal import Fact

PRUNE_ABOVE_BYTES = 256 * 1024


class JournalFile:
    """The file at ``path``, 0600.  Appends are made under the lock only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def facts(self) -> list[Fact]:
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                return list(journal.from_lines(file))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise atomic_write.unfit(self._path, error) from None

    def append(self, facts: Iterable[Fact]) -> None:
        atomic_write.private_folder(self._path.parent)
        text = "".join(journal.to_line(fact) + "\n" for fact in facts)
        with atomic_write.as_unfit(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab+") as file:
                file.write((_mending(file) + text).encode())

    def prune(self, now: datetime) -> None:
        """Drops facts that are too old to matter, once the file has grown."""
        if self._path.exists() and self._path.stat().st_size > PRUNE_ABOVE_BYTES:
            kept = journal.pruned(self.facts(), now)
            atomic_write.replace(
                self._path, "".join(journal.to_line(f) + "\n" for f in kept).encode(), 0o600
            )


def _mending(file: BinaryIO) -> str:
    """A newline where a write was cut off, so that the torn line stays alone."""
    if file.seek(0, os.SEEK_END) == 0:
        return ""
    file.seek(-1, os.SEEK_END)
    return "" if file.read(1) == b"\n" else "\n"
