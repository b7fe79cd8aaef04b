"""The person's ``known_hosts``, read as bytes and replaced whole."""

import stat
from contextlib import suppress
from pathlib import Path

from alpkey.adapters import files

NEW_MODE = 0o600


class KnownHostsFile:
    """Links are followed and stay links; the mode stays as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes | None:
        with files.as_unfit(self.path), suppress(FileNotFoundError):
            return self.path.read_bytes()
        return None

    def replace(self, content: bytes | None) -> None:
        with files.as_unfit(self.path):
            if content is None:
                self.path.unlink(missing_ok=True)
                return
            files.private_folder(self.path.parent)
            there = self.path.exists()
            mode = stat.S_IMODE(self.path.stat().st_mode) if there else NEW_MODE
            target = files.followed(self.path)
            files.sweep(target)
            files.replace(target, content, mode)
