"""Start Alpkey's other programs, detached from this one."""

import os
import sys

from PySide6.QtCore import QProcess, QProcessEnvironment

from alpkey.core.ssh.command_lines import ourselves

# Lets a window come to the front after a click elsewhere, under Wayland and under X11.
WAYLAND_ACTIVATION = "XDG_ACTIVATION_TOKEN"
X11_ACTIVATION = "DESKTOP_STARTUP_ID"


def command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


def start(*arguments: str, token: str = "") -> None:
    """Start Alpkey with ``arguments`` in a session of its own, without input and output.

    ``token`` is the desktop's activation token of the click that started it.
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


def start_child(*arguments: str, token: str = "") -> int:
    """The same as a child, whose exit code the caller has to take; its process number.

    Raises OSError where its program cannot be started.
    """
    program, *rest = command(*arguments)
    click = dict.fromkeys((WAYLAND_ACTIVATION, X11_ACTIVATION), token) if token else {}
    nowhere = [
        (os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR if stream else os.O_RDONLY, 0)
        for stream in range(3)
    ]
    return os.posix_spawn(
        program, [program, *rest], {**os.environ, **click}, file_actions=nowhere, setsid=True
    )
