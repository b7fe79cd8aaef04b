"""A command as a child process whose events, in JSON lines, become signals.

What is typed goes to the child's standard input and is stored nowhere here.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from alpkey.core.display_text import visible_values
from alpkey.core.errors import ErrorObject
from alpkey.core.json_text import parse_json

# A signing request that is under way ends within 30 s, and its certificate is installed.
CANCEL_TIMEOUT_MS = 45_000
_BROKEN_OFF: ErrorObject = {
    "code": "broken-off",
    "title": "Alpkey broke off",
    "detail": "The program that does it ended without a word.",
    "next_step": "Try again. A report may lie in Alpkey's folder of logs.",
    "retryable": True,
    "params": {},
}


class ChildProcess(QObject):
    """One child.  Its result, ``done`` or ``failed``, is emitted once it has ended.

    Both carry the objects of the JSON contract.  Each step is emitted twice: ``stepped_with`` adds
    its parameters.
    """

    asked = Signal(object)
    stepped = Signal(str)
    stepped_with = Signal(str, object)
    warned = Signal(str, object)
    shown = Signal(object)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, command: list[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.setProgram(command[0])
        self._process.setArguments(command[1:])
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._failed)
        self._rest = b""
        self._reported = False
        self._result: dict[str, Any] = {"event": "failed", "error": _BROKEN_OFF}

    @property
    def running(self) -> bool:
        """Whether the result is still to come."""
        return not self._reported

    def start(self) -> None:
        self._process.start()

    def answer(self, number: int, values: Mapping[str, str | bool]) -> None:
        self._send({"answer": number, "values": dict(values)})

    def cancel(self) -> None:
        """Ask the child to end: at once, or as soon as a key that was issued is installed.

        A child that does neither is killed after ``CANCEL_TIMEOUT_MS``.
        """
        self._send({"cancel": True})
        QTimer.singleShot(CANCEL_TIMEOUT_MS, self._process.kill)

    def end(self) -> None:
        """Kill the child and wait for its end; only for one with nothing to lose."""
        self._process.kill()
        self._process.waitForFinished()

    def _send(self, row: dict[str, Any]) -> None:
        # A child that is still starting reads the line later.
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.write(json.dumps(row).encode() + b"\n")

    def _read(self) -> None:
        data = self._rest + self._process.readAllStandardOutput().data()
        *lines, self._rest = data.split(b"\n")
        for line in lines:
            with suppress(ValueError):  # not an event: the end of the child decides
                self._handle(visible_values(parse_json(line)))

    def _handle(self, row: dict[str, Any]) -> None:
        """Unknown events are those of a later version, and ignored."""
        match row:
            case {"event": "ask"}:
                self.asked.emit(row)
            case {"event": "step", "id": step}:
                self.stepped.emit(step)
                self.stepped_with.emit(step, row.get("params", {}))
            case {"event": "warn", "code": code, "params": params}:
                self.warned.emit(code, params)
            case {"event": "show"}:
                self.shown.emit(row)
            case {"event": "done", "result": _} | {"event": "failed", "error": _}:
                self._result = row

    def _ended(self) -> None:
        self._read()
        self._report()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._report()

    def _report(self) -> None:
        self._reported = True
        match self._result:
            case {"event": "done", "result": result}:
                self.done.emit(result)
            case {"error": error}:
                self.failed.emit(error)
