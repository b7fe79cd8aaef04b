"""The doctor's look at files: who may do what with them, and what their disk can take."""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.doctor.observations import FilesObservation, PathObservation
from alpkey.core.doctor.ports import Mendable

_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class FileSystemProbe:
    """Looks at ``paths`` by name, at the disk of each, and at the ``state`` folder."""

    def __init__(self, paths: Mapping[Mendable, Path], state: Path, intent: Path) -> None:
        self._paths = paths
        self._state = state
        self._intent = intent

    def seen(self) -> FilesObservation:
        folders = (self._paths["folder"], self._state)
        return FilesObservation(
            folder=_seen(self._paths["folder"], os.R_OK | os.X_OK),
            key=_seen(self._paths["key"]),
            certificate=_seen(self._paths["certificate"]),
            config=_seen(self._paths["config"]),
            free_bytes=min(shutil.disk_usage(_existing(one)).free for one in folders),
            locks=_knows_locks(_existing(self._state)),
            interrupted=os.access(self._intent, os.F_OK),
        )

    def mend_mode(self, name: Mendable) -> None:
        """A configuration keeps what it had but for the others' right to write."""
        path = atomic_write.followed(self._paths[name])
        with atomic_write.as_unfit(path):
            now = stat.S_IMODE(path.stat().st_mode)
            wanted = {"folder": 0o700, "key": 0o600, "certificate": 0o644, "config": now & ~0o022}
            path.chmod(wanted[name])


def _seen(path: Path, reading: int = os.R_OK) -> PathObservation | None:
    """None where nothing lies there; what is closed to us has no rights for us."""
    try:
        found = path.stat()
    except PermissionError:
        return PathObservation(path, 0, ours=True, readable=False, writable=False)
    except OSError:
        return None
    return PathObservation(
        path=path,
        mode=stat.S_IMODE(found.st_mode),
        ours=found.st_uid == os.getuid(),
        readable=os.access(path, reading),
        writable=os.access(path, os.W_OK),
    )


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(one for one in (path, *path.parents) if os.access(one, os.F_OK))


def _knows_locks(folder: Path) -> bool:
    """Asks for a shared lock on the folder, which nobody else ever locks, and lets it go."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _NO_LOCKS_HERE
    finally:
        os.close(handle)
    return True
