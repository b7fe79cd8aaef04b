"""VS Code, where it is installed."""

import shutil
from collections.abc import Mapping

from alpkey.adapters.processes import starts
from alpkey.core import editor
from alpkey.core.errors import Unsuitable


class VsCode:
    """The first of its programs that is there."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def open(self, host: str) -> None:
        path = self._environ.get("PATH")
        program = editor.installed(lambda name: shutil.which(name, path=path))
        if program is None or not starts(editor.window_on(program, host), self._environ):
            raise Unsuitable("no-editor", looked_for=", ".join(editor.PROGRAMS))
