"""A program at a real pseudo-terminal: what it shows, and what is typed to it."""

import os
import pty
import select
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.waiting import until

PATIENCE_S = 20.0


class Terminal:
    """Runs ``command``; leaving ends it."""

    def __init__(self, command: Sequence[str], environ: dict[str, str]) -> None:
        self.shown = ""
        self._read_to = 0
        self._child, self._handle = pty.fork()
        if self._child == 0:
            os.execvpe(command[0], list(command), environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    @property
    def pid(self) -> int:
        return self._child

    def wait_for(self, text: str) -> None:
        """Reads on until ``text`` is shown."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.shown.find(text, self._read_to)) < 0:
            assert time.monotonic() < deadline, f"{text!r} never came: {self.shown!r}"
            assert self._more(), f"it ended: {self.shown!r}"
        self._read_to = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

    def press(self, key: str) -> None:
        """Types a key such as Ctrl-C once the program waits for one.

        CPython forgets until the next key a signal that comes between its last look for signals
        and its blocking read; no person is that fast, but a test is.
        """
        until(self._waits, "a program that waits for a key")
        self.type(key)

    def _waits(self) -> bool:
        stat = Path(f"/proc/{self._child}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "S"

    @property
    def echoes(self) -> bool:
        """Whether what is typed shows."""
        local_modes: int = termios.tcgetattr(self._handle)[3]
        return bool(local_modes & termios.ECHO)

    def end(self) -> int:
        """Reads to the end; the exit code."""
        while self._more():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])

    def _more(self) -> bool:
        """Reads what there is; whether more can come."""
        select.select([self._handle], [], [], PATIENCE_S)
        try:
            chunk = os.read(self._handle, 4096)
        except OSError:  # Linux says EIO once the other side is closed
            return False
        self.shown += chunk.decode(errors="replace")
        return bool(chunk)
