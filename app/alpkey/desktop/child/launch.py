"""Our other programs, started so that they outlive us and never wait for us."""

import sys

from PySide6.QtCore import QProcess, QProcessEnvironment

from alpkey.core.ssh.command_lines import ourselves

# What lets a window come to the front after a click elsewhere: Wayland's name, and X11's.
WAYLAND_ACTIVATION = "XDG_ACTIVATION_TOKEN"
X11_ACTIVATION = "DESKTOP_STARTUP_ID"


def command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


def start(*arguments: str, token: str = "") -> None:
    """Starts Alpkey with ``arguments`` in a session of its own, with nowhere to read or write.

    ``token`` is what the desktop gave for the click that started it.
    """
    process = QProcess()
    if token:
        environment = QProcessEnvironment.systemEnvironment()
        for name in (WAYLAND_ACTIVATION, X11_ACTIVATION):
            environment.insert(name, token)
        process.setProcessEnvironment(environment)
    program, *rest = command(*arguments)
    process.setProgram(program)
    process.setArguments(rest)
    nowhere = QProcess.nullDevice()
    process.setStandardInputFile(nowhere)
    process.setStandardOutputFile(nowhere)
    process.setStandardErrorFile(nowhere)
    process.startDetached()
