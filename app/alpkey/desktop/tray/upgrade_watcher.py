"""An upgrade under a running tray: the tray becomes the new program, and ends with a removed one.

A bundle loads parts of itself when they are first needed.  Once its files are those of another
version, that would be a mixture of two; what the tray starts is the new version in any case.
"""

import os
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from alpkey.core.ssh.command_lines import AT_LOGIN
from alpkey.desktop.child.launch import command

# A package manager puts its files in place one by one, within a few seconds.
SETTLE_MS = 10_000


class UpgradeWatcher(QObject):
    """Watches ``program``, and tells once nothing has changed around it for ``settle_ms``.

    ``replaced``: another file stands in its place.  ``removed``: none does.
    """

    replaced = Signal()
    removed = Signal()

    def __init__(self, program: Path, settle_ms: int = SETTLE_MS) -> None:
        super().__init__()
        self._program = program
        self._ours = _identity(program)
        # The folder above tells where a whole folder is put in the place of another.
        self._folders = [str(program.parent), str(program.parent.parent)]
        self._watcher = QFileSystemWatcher(self._folders, self)
        self._watcher.directoryChanged.connect(self._noticed)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(settle_ms)
        self._settle.timeout.connect(self._look)

    def _noticed(self, _folder: str) -> None:
        self._settle.start()

    def _look(self) -> None:
        there = _identity(self._program)
        if there is None:
            self.removed.emit()
        elif there != self._ours:
            self.replaced.emit()
        else:
            self._watcher.addPaths(self._folders)


def succeed() -> NoReturn:
    """Becomes the program that stands in our place now; whoever calls has let go of everything."""
    program, *rest = command(AT_LOGIN)
    os.execv(program, [program, *rest])  # noqa: S606  no shell is wanted here


def _identity(program: Path) -> tuple[int, int] | None:
    try:
        found = program.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
