"""The user's own ssh configuration: read as bytes, replaced whole, backed up."""

import glob
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.ssh.host_patterns import includes
from alpkey.core.ssh.ports import ConfigFile

NEW_MODE = 0o600

# ssh itself goes no deeper (readconf.c, READCONF_MAX_DEPTH).  The number of files is bounded, too.
INCLUDE_DEPTH = 16
INCLUDE_FILES = 64


class UserConfigFile:
    """The file at ``path``; ``backups`` is the folder for its earlier content."""

    def __init__(self, path: Path, backups: Path) -> None:
        self._path = path
        self._backups = backups

    @property
    def path(self) -> Path:
        return self._path

    def read(self) -> ConfigFile:
        target = atomic_write.followed(self._path)
        try:
            with atomic_write.as_unfit_to_read(self._path):
                found = target.stat()
                if not stat.S_ISREG(found.st_mode):
                    raise InvalidFile("config-no-file", path=str(self._path))
                if found.st_uid != os.geteuid():
                    raise InvalidFile("config-foreign", path=str(self._path))
                return ConfigFile(self._path, _content(target))
        except FileNotFoundError:
            return ConfigFile(self._path, None)

    def included(self, content: bytes) -> Iterator[bytes]:
        seen: set[Path] = set()
        yield from self._included(content, seen, INCLUDE_DEPTH)

    def keep_backup(self, content: bytes, now: datetime) -> Path:
        atomic_write.private_folder(self._backups)
        path = self._backups / f"ssh-config-{now:%Y%m%d-%H%M%S}"
        atomic_write.replace(path, content, NEW_MODE)
        return path

    def replace(self, read: ConfigFile, content: bytes | None) -> None:
        if self.read().content != read.content:
            raise InvalidFile("config-changed", path=str(self._path))
        target = atomic_write.followed(self._path)
        with atomic_write.as_unfit(self._path):
            atomic_write.sweep(target)
            if content is None:
                target.unlink(missing_ok=True)
            else:
                _put(target, content, None if read.content is None else target.stat())
            atomic_write.sync_folder(target.parent)

    def _included(self, content: bytes, seen: set[Path], depth: int) -> Iterator[bytes]:
        """A file that two lines include is read once: names are all that is looked for."""
        for pattern in includes(content) if depth else ():
            for name in _matching(self._anchored(pattern)):
                path = Path(name)
                if path in seen or len(seen) >= INCLUDE_FILES:
                    continue
                seen.add(path)
                with suppress(OSError, ValueError):  # ValueError: a null character in the name
                    below = _content(path)
                    yield below
                    yield from self._included(below, seen, depth - 1)

    def _anchored(self, pattern: str) -> str:
        """A relative path counts from the ssh folder (ssh_config(5), Include)."""
        return str(self._path.parent / path_checks.expanded(pattern))


def _matching(pattern: str) -> list[str]:
    try:
        return sorted(glob.glob(pattern))  # noqa: PTH207  the pattern is absolute
    except (OSError, ValueError, RecursionError, re.error):
        return []


def _content(path: Path) -> bytes:
    """The bytes of a regular file; a pipe would make everybody wait.  Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("It is no regular file")
        return file.read()


def _put(target: Path, content: bytes, was: os.stat_result | None) -> None:
    """Puts ``content`` in place of the file that ``was`` there, as like it as may be.

    Raises OSError.
    """
    staged = atomic_write.stage(target, content, stat.S_IMODE(was.st_mode) if was else NEW_MODE)
    try:
        if was:
            with suppress(PermissionError):  # a group that the user is not in
                os.chown(staged, -1, was.st_gid)
            _copy_attributes(target, staged)
        staged.replace(target)
    except BaseException:
        atomic_write.discard(staged)
        raise


def _copy_attributes(source: Path, target: Path) -> None:
    """Access lists and the like (xattr(7)); a file system may support none, or refuse some."""
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(source):
                with suppress(OSError):
                    os.setxattr(target, name, os.getxattr(source, name))
