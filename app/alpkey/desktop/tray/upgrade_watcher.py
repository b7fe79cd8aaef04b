"""An upgrade while the tray runs: the tray restarts as the new version, or ends if removed.

A bundle loads modules when they are first needed.  Once its files are those of another version,
that would mix two; commands that the tray starts are the new version in any case.
"""

import os
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from alpkey.core.ssh.command_lines import AT_LOGIN
from alpkey.desktop.child.launch import command

# A package manager installs its files one by one, within a few seconds.
SETTLE_MS = 10_000


class UpgradeWatcher(QObject):
    """Watches ``program``, and reports once nothing has changed around it for ``settle_ms``.

    ``replaced``: it is another file now.  ``removed``: it is gone.
    """

    replaced = Signal()
    removed = Signal()

    def __init__(self, program: Path, settle_ms: int = SETTLE_MS) -> None:
        super().__init__()
        self._program = program
        self._original = _identity(program)
        # The parent of the folder, as the whole folder may be replaced.
        self._folders = [str(program.parent), str(program.parent.parent)]
        self._watcher = QFileSystemWatcher(self._folders, self)
        self._watcher.directoryChanged.connect(self._noticed)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(settle_ms)
        self._settle.timeout.connect(self._check)

    def _noticed(self, _folder: str) -> None:
        self._settle.start()

    def _check(self) -> None:
        current = _identity(self._program)
        if current is None:
            self.removed.emit()
        elif current != self._original:
            self.replaced.emit()
        else:
            self._watcher.addPaths(self._folders)


def exec_new_version() -> NoReturn:
    """Exec the newly installed program.  The caller must have released its resources."""
    program, *rest = command(AT_LOGIN)
    os.execv(program, [program, *rest])  # noqa: S606  no shell is wanted here


def _identity(program: Path) -> tuple[int, int] | None:
    try:
        found = program.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
