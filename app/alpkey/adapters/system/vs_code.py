"""VS Code, where it is installed."""

from collections.abc import Mapping

from alpkey import path_checks
from alpkey.adapters.process.processes import starts
from alpkey.core.errors import InvalidInput
from alpkey.core.ssh import vscode


class VsCode:
    """The first of its programs that is there."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def open(self, host: str) -> None:
        program = vscode.installed(lambda name: path_checks.find_program(name, self._environ))
        if program is None or not starts(vscode.window_on(program, host), self._environ):
            raise InvalidInput("no-editor", looked_for=", ".join(vscode.PROGRAMS))
