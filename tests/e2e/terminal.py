"""A program at a real pseudo-terminal: what it shows, and what is typed to it."""

import os
import pty
import select
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

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

    def wait_for(self, text: str) -> None:
        """Reads on until ``text`` is shown."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.shown.find(text, self._read_to)) < 0:
            assert time.monotonic() < deadline, f"{text!r} never came: {self.shown!r}"
            assert self._more(), f"it ended: {self.shown!r}"
        self._read_to = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

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
