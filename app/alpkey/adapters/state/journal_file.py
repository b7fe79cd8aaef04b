"""The journal on disk: lines are appended; those that no longer matter leave at the same time."""

import os
import stat
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.state import journal_lines
from alpkey.core.state.journal import Facts, pruned
from alpkey.core.state.journal_facts import Fact
from alpkey.core.timestamps import Clock

Rows = list[tuple[str, Fact | None]]

MODE = 0o600


class _Version(NamedTuple):
    """Which content of the file was read: any append, and any replacement, makes another one."""

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "_Version":
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class JournalFile:
    """The file at ``path``, 0600.  Appends are made under the lock only.

    What was read is remembered until the file is another one, so that a command reads it once.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._version: _Version | None = None
        self._rows: Rows = []
        self._facts = Facts()

    def facts(self) -> Facts:
        try:
            if _Version.of(self._path.stat()) != self._version:
                with path_checks.open_regular(self._path) as file:
                    self._read(file)
            return self._facts
        except FileNotFoundError:
            return Facts()
        except OSError as error:
            raise atomic_write.unfit_to_read(self._path, error) from None

    def append(self, facts: Iterable[Fact]) -> None:
        fresh: Rows = [(journal_lines.to_line(fact), fact) for fact in facts]
        atomic_write.private_folder(self._path.parent)
        with atomic_write.as_unfit(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, MODE)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise path_checks.NotAPlainFile(self._path)
            with os.fdopen(handle, "ab+") as file:
                self._read(file)
                rows = [*self._rows, *fresh]
                remaining = _pruned(rows, self._clock())
                if len(remaining) < len(rows) and self._replace(remaining):
                    self._remember(remaining, self._path.stat())
                else:
                    file.write((_end_of_line(file) + _text(fresh)).encode())
                    file.flush()
                    self._remember(rows, os.fstat(file.fileno()))

    def _read(self, file: BinaryIO) -> None:
        """Read the open file, unless it is remembered."""
        found = os.fstat(file.fileno())
        if _Version.of(found) != self._version:
            file.seek(0)
            lines = file.read().decode(errors="replace").splitlines()
            self._remember(journal_lines.rows(lines), found)

    def _remember(self, rows: Rows, found: os.stat_result) -> None:
        self._version = _Version.of(found)
        self._rows = rows
        self._facts = Facts(_facts(rows))

    def _replace(self, rows: Rows) -> bool:
        """Whether ``rows`` are the whole file now; where that is impossible it is as it was."""
        try:
            atomic_write.replace(self._path, _text(rows).encode(), MODE)
        except InvalidFile:
            return False
        return True


def _pruned(rows: Rows, now: datetime) -> Rows:
    """The lines that still matter, and those that only a later version can read."""
    remaining = {id(fact) for fact in pruned(_facts(rows), now)}
    return [row for row in rows if row[1] is None or id(row[1]) in remaining]


def _facts(rows: Rows) -> list[Fact]:
    return [fact for _, fact in rows if fact]


def _text(rows: Rows) -> str:
    return "".join(f"{line}\n" for line, _ in rows)


def _end_of_line(file: BinaryIO) -> str:
    """A newline where a write was cut off, so that the truncated line stays alone."""
    if file.seek(0, os.SEEK_END) == 0:
        return ""
    file.seek(-1, os.SEEK_END)
    return "" if file.read(1) == b"\n" else "\n"
