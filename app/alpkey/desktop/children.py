"""Our other programs, started so that they outlive us and never wait for us."""

import sys

from PySide6.QtCore import QProcess

from alpkey.core.command import ourselves


def command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


def start(*arguments: str) -> None:
    """Starts Alpkey with ``arguments`` in a session of its own, with nowhere to read or write."""
    process = QProcess()
    program, *rest = command(*arguments)
    process.setProgram(program)
    process.setArguments(rest)
    nowhere = QProcess.nullDevice()
    process.setStandardInputFile(nowhere)
    process.setStandardOutputFile(nowhere)
    process.setStandardErrorFile(nowhere)
    process.startDetached()
