"""A conversation with ``alpkey ... --events``: its lines as they come, and answers to them."""

import json
import signal
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from tests.shapes import check_event

Row = dict[str, Any]


class Conversation:
    """A running child; leaving the context ends it.  ``arguments`` are its command's."""

    def __init__(self, process: "subprocess.Popen[str]", arguments: Sequence[str]) -> None:
        self.process = process
        self._arguments = arguments
        self.rows: list[Row] = []

    def __enter__(self) -> Self:
        self.process.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.__exit__(kind, error, trace)

    def next(self) -> Row:
        """The next event; an AssertionError with what was printed where the child has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else "ended"
        row: Row = json.loads(line)
        check_event(self._arguments, row)
        self.rows.append(row)
        return row

    def until(self, event: str, **like: Any) -> Row:
        """The next event of this kind whose fields are ``like`` these."""
        while True:
            row = self.next()
            if row["event"] == event and all(row.get(name) == like[name] for name in like):
                return row

    def say(self, row: Row) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(row) + "\n")
        self.process.stdin.flush()

    def answer(self, ask: Row, **values: Any) -> None:
        self.say({"answer": ask["ask"], "values": values})

    def cancel(self) -> None:
        self.say({"cancel": True})

    def hang_up(self) -> None:
        """Closes the child's input, as a window that was closed does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, Row]:
        """The exit code and the last event, which is ``done`` or ``failed``."""
        while not self.rows or self.rows[-1]["event"] not in ("done", "failed"):
            self.next()
        assert self.process.stdout is not None
        assert self.process.stdout.read() == "", "something came after the last event"
        return self.process.wait(30), self.rows[-1]
