"""The user's ``known_hosts``, read as bytes and replaced whole."""

import stat
from contextlib import suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write

NEW_MODE = 0o600


class KnownHostsFile:
    """Links are followed and stay links; the mode stays as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes | None:
        with atomic_write.as_unfit(self.path), suppress(FileNotFoundError):
            return self.path.read_bytes()
        return None

    def replace(self, content: bytes | None) -> None:
        with atomic_write.as_unfit(self.path):
            if content is None:
                self.path.unlink(missing_ok=True)
                return
            atomic_write.private_folder(self.path.parent)
            there = path_checks.stat_if_present(self.path)
            mode = stat.S_IMODE(there.st_mode) if there else NEW_MODE
            target = atomic_write.followed_file(self.path)
            atomic_write.sweep(target)
            atomic_write.replace(target, content, mode)
