"""Files that a browser saved: found by name in a folder, read within bounds, removed on request."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile, NoKey
from alpkey.core.keys.key_file_kinds import Download, decoded
from alpkey.core.secret import Secret

# More than any key or certificate; a folder of downloads may hold whole films.
SIZE_LIMIT_BYTES = 64 * 1024
_UNFINISHED = (".part", ".crdownload", ".download", ".tmp")


class DownloadFolder:
    """``key_file`` is the name that the centre gives to a key; copies carry marks behind it."""

    def __init__(self, folder: Path, key_file: str) -> None:
        self._folder = folder
        self._key_file = key_file.casefold()

    @property
    def folder(self) -> Path:
        return self._folder

    def read(self, paths: Sequence[Path]) -> list[Download]:
        if not paths and not path_checks.exists(self._folder):
            return []
        found = [row for path in paths or [self._folder] for row in self._found(path)]
        found.sort(key=lambda row: row[0], reverse=True)
        return [download for _, download in found]

    def remove(self, download: Download) -> None:
        if download.path is not None:
            with atomic_write.as_unfit(download.path):
                download.path.unlink(missing_ok=True)

    def _found(self, path: Path) -> Iterator[tuple[int, Download]]:
        try:
            mode = path.stat()
            if stat.S_ISDIR(mode.st_mode):
                yield from self._in_folder(path)
                return
            if not stat.S_ISREG(mode.st_mode) or mode.st_size > SIZE_LIMIT_BYTES:
                raise InvalidFile(path=str(path), reason="It is no file that can hold a key.")
            yield mode.st_mtime_ns, _read(path)
        except FileNotFoundError:
            raise NoKey("import-nothing-there", path=str(path)) from None
        except OSError as error:
            raise InvalidFile(path=str(path), reason=f"{error.strerror}.") from None

    def _in_folder(self, folder: Path) -> Iterator[tuple[int, Download]]:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if self._may_be_a_key(entry.name)]
        for path in (folder / name for name in names):
            try:
                mode = path.stat()
            except OSError:  # a dangling link, or removed meanwhile
                continue
            if stat.S_ISREG(mode.st_mode) and mode.st_size <= SIZE_LIMIT_BYTES:
                yield mode.st_mtime_ns, _read(path)

    def _may_be_a_key(self, name: str) -> bool:
        name = name.casefold()
        if name.endswith(_UNFINISHED):
            return False
        return name.startswith(self._key_file) or ("-cert" in name and ".pub" in name)


def _read(path: Path) -> Download:
    with path.open("rb") as file:
        return Download(path.name, Secret(decoded(file.read(SIZE_LIMIT_BYTES))), path)
