"""Observe files for the doctor: owner, mode, access, and the free space of their disks."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.doctor.observations import FilesObservation, PathObservation


class FileSystemProbe:
    """Observes ``paths`` by name, the disk of ``folder``, and the ``state`` folder."""

    def __init__(
        self,
        paths: Mapping[str, Path],
        folder: Path,
        state: Path,
        intent: Path,
        leftovers: Callable[[], list[Path]] = list,
    ) -> None:
        self._paths = paths
        self._folder = folder
        self._state = state
        self._intent = intent
        self._leftovers = leftovers

    def observe(self) -> FilesObservation:
        found = {name: _observe(path) for name, path in self._paths.items()}
        disks = (self._folder, self._state)
        return FilesObservation(
            paths={name: observed for name, observed in found.items() if observed},
            free_bytes=min(shutil.disk_usage(_existing(folder)).free for folder in disks),
            locks=_knows_locks(_existing(self._state)),
            interrupted=os.access(self._intent, os.F_OK),
            leftovers=tuple(self._leftovers()),
        )

    def change_mode(self, name: str, new_mode: Callable[[int], int]) -> None:
        path = atomic_write.followed(self._paths[name])
        with atomic_write.as_unfit(path):
            path.chmod(new_mode(stat.S_IMODE(path.stat().st_mode)))


def _observe(path: Path) -> PathObservation | None:
    """None where nothing exists; mode 0 and no access where its folder is closed to this user."""
    try:
        found = path.stat()
    except PermissionError:
        return PathObservation(path, 0, own=True, readable=False, writable=False)
    except OSError:
        return None
    reading = os.R_OK | os.X_OK if stat.S_ISDIR(found.st_mode) else os.R_OK
    return PathObservation(
        path=path,
        mode=stat.S_IMODE(found.st_mode),
        own=found.st_uid == os.getuid(),
        readable=os.access(path, reading),
        writable=os.access(path, os.W_OK),
    )


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest existing one above it."""
    return path_checks.nearest_existing(path)


def _knows_locks(folder: Path) -> bool:
    """Take a shared lock on the folder, which nothing else ever locks, and release it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.EWOULDBLOCK, errno.EINTR)
    finally:
        os.close(handle)
    return True
