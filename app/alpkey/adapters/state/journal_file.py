"""The journal on disk: lines are appended; those that no longer matter leave at the same time."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.ports import Clock
from alpkey.core.state.facts import Fact
from alpkey.core.state.journal import Facts, pruned
from alpkey.core.state.journal_lines import from_line, from_lines, to_line

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
        self._facts = Facts()

    def facts(self) -> Facts:
        try:
            if _Version.of(self._path.stat()) == self._version:
                return self._facts
            with self._path.open("rb") as file:
                return self._read(file)
        except FileNotFoundError:
            return Facts()
        except OSError as error:
            raise atomic_write.unfit(self._path, error) from None

    def append(self, facts: Iterable[Fact]) -> None:
        facts = tuple(facts)
        atomic_write.private_folder(self._path.parent)
        with atomic_write.as_unfit(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE)
            with os.fdopen(handle, "ab+") as file:
                before = self._read(file)
                remaining = Facts(pruned((*before, *facts), self._clock()))
                if len(remaining) < len(before) + len(facts) and self._prune(file, facts):
                    self._version = _Version.of(self._path.stat())
                else:
                    remaining = Facts((*before, *facts))
                    file.write((_end_of_line(file) + _text(facts)).encode())
                    file.flush()
                    self._version = _Version.of(os.fstat(file.fileno()))
        self._facts = remaining

    def _read(self, file: BinaryIO) -> Facts:
        """The facts in the open file, read unless they are remembered."""
        version = _Version.of(os.fstat(file.fileno()))
        if version != self._version:
            file.seek(0)
            self._facts = Facts(from_lines(_lines(file)))
            self._version = version
        return self._facts

    def _prune(self, file: BinaryIO, facts: tuple[Fact, ...]) -> bool:
        """Replace the file by one without the facts that no longer matter, and with ``facts``.

        Lines that this version cannot read stay, for a later one.  False where the file could not
        be replaced; it is then as it was.
        """
        file.seek(0)
        read = [(line, from_line(line)) for line in (*_lines(file), *map(to_line, facts))]
        remaining = {id(fact) for fact in pruned([f for _, f in read if f], self._clock())}
        left = (line for line, fact in read if fact is None or id(fact) in remaining)
        try:
            atomic_write.replace(self._path, "".join(f"{line}\n" for line in left).encode(), MODE)
        except InvalidFile:
            return False
        return True


def _lines(file: BinaryIO) -> list[str]:
    return file.read().decode(errors="replace").splitlines()


def _text(facts: Iterable[Fact]) -> str:
    return "".join(to_line(fact) + "\n" for fact in facts)


def _end_of_line(file: BinaryIO) -> str:
    """A newline where a write was cut off, so that the truncated line stays alone."""
    if file.seek(0, os.SEEK_END) == 0:
        return ""
    file.seek(-1, os.SEEK_END)
    return "" if file.read(1) == b"\n" else "\n"
