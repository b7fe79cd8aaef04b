"""VS Code, where it is installed."""

import shutil
from collections.abc import Mapping

from alpkey.adapters.process.processes import starts
from alpkey.core.errors import InvalidInput
from alpkey.core.ssh import vscode


class VsCode:
    """The first of its programs that is there."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def open(self, host: str) -> None:
        path = self._environ.get("PATH")
        program = vscode.installed(lambda name: shutil.which(name, path=path))
        if program is None or not starts(vscode.window_on(program, host), self._environ):
            raise InvalidInput("no-editor", looked_for=", ".join(vscode.PROGRAMS))
