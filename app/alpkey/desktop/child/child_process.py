"""A command as a child that speaks events in JSON lines; its words become signals.

What is typed goes to the child's standard input and is kept nowhere here.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

# A signing request that is under way ends within 30 s, and what it brought is installed.
CANCEL_PATIENCE_MS = 45_000
_BROKEN_OFF = {
    "code": "broken-off",
    "title": "Alpkey broke off",
    "detail": "The program that does it ended without a word.",
    "next_step": "Try again. A report may lie in Alpkey's folder of logs.",
    "retryable": True,
    "params": {},
}


class ChildProcess(QObject):
    """One child.  Its last word, ``done`` or ``failed``, is told once it has ended.

    The objects of both are those of the contract.  Each step is told twice, also with its params.
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
        self._process.errorOccurred.connect(self._broke)
        self._rest = b""
        self._told = False
        self._last_word: dict[str, Any] = {"event": "failed", "error": _BROKEN_OFF}

    @property
    def running(self) -> bool:
        """Whether the last word is still to come."""
        return not self._told

    def start(self) -> None:
        self._process.start()

    def answer(self, number: int, values: Mapping[str, str | bool]) -> None:
        self._say({"answer": number, "values": dict(values)})

    def cancel(self) -> None:
        """The child ends at once, or as soon as a key that was issued is installed.

        One that does neither is ended from outside after ``CANCEL_PATIENCE_MS``.
        """
        self._say({"cancel": True})
        QTimer.singleShot(CANCEL_PATIENCE_MS, self._process.kill)

    def end(self) -> None:
        """Ends the child now and waits for that; it has nothing that could be lost."""
        self._process.kill()
        self._process.waitForFinished()

    def _say(self, row: dict[str, Any]) -> None:
        # A child that is still starting finds the line once it reads.
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.write(json.dumps(row).encode() + b"\n")

    def _read(self) -> None:
        data = self._rest + self._process.readAllStandardOutput().data()
        *lines, self._rest = data.split(b"\n")
        for line in lines:
            with suppress(ValueError):  # not ours: the end of the child tells what became of it
                self._hear(json.loads(line))

    def _hear(self, row: dict[str, Any]) -> None:
        """Unknown events are those of a later version, and passed over."""
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
                self._last_word = row

    def _ended(self) -> None:
        self._read()
        self._tell()

    def _broke(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._tell()

    def _tell(self) -> None:
        self._told = True
        match self._last_word:
            case {"event": "done", "result": result}:
                self.done.emit(result)
            case {"error": error}:
                self.failed.emit(error)
