"""What is particular to macOS: opening Terminal without asking for Automation rights."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from alpkey.core.errors import Unsuitable

OPEN_TIMEOUT_S = 10.0


class DesktopTerminal:
    """The person's ``choice``, or Terminal with a ``.command`` file that removes itself.

    AppleScript would need a permission that is often refused; a file to open needs none.
    """

    def __init__(self, choice: Sequence[str], environ: Mapping[str, str]) -> None:
        self._choice = tuple(choice)
        self._environ = environ

    def open(self, command: Sequence[str], name: str) -> None:
        wanted = (
            [*self._choice, *command]
            if self._choice
            else ["open", "-a", "Terminal", _command_file(command)]
        )
        try:
            subprocess.run(wanted, check=True, env=dict(self._environ), timeout=OPEN_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError):
            raise Unsuitable("no-terminal", name=name, looked_for=wanted[0]) from None


def _command_file(command: Sequence[str]) -> str:
    handle, path = tempfile.mkstemp(suffix=".command", prefix="alpkey-")
    with os.fdopen(handle, "w") as file:
        file.write(f'#!/bin/sh\nrm -f -- "$0"\nexec {shlex.join(command)}\n')
        os.fchmod(file.fileno(), 0o700)
    return path
