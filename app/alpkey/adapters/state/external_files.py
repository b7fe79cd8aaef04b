"""Files outside our own folders: noted before they are written, and theirs is never lost."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.desktop.external_file import ExternalFile
from alpkey.core.state.ports import ExternalChanges
from alpkey.core.timestamps import Clock

DIGEST = "sha256"


class ExternalFilesOnDisk:
    """``external_changes`` holds for each file its path and the SHA-256 of what we last wrote
    there.
    """

    def __init__(self, external_changes: ExternalChanges, clock: Clock) -> None:
        self._touched = external_changes
        self._clock = clock

    def content(self, path: Path) -> bytes | None:
        with atomic_write.as_unfit(path):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def holds(self, file: ExternalFile) -> bool:
        return self._touched.entry(file.name) is not None

    def placed(self) -> Mapping[str, Path]:
        entries = ((name, self._touched.entry(name)) for name in self._touched.names())
        return {name: Path(one["path"]) for name, one in entries if one and DIGEST in one}

    def take_back(self, name: str) -> Path | None:
        noted = self._touched.entry(name) or {}
        folder = Path(noted["folder"]) if "folder" in noted else None
        return self._remove(name, Path(noted["path"]), noted[DIGEST], None, folder)

    def put(self, file: ExternalFile) -> Path | None:
        noted = self._touched.entry(file.name)
        if noted and noted["path"] != str(file.path):
            self.take_away(file)
            noted = None
        kept = self._keep(file.path, noted[DIGEST] if noted else None, file.content)
        entry = {"path": str(file.path), DIGEST: _digest(file.content)}
        if file.folder:
            entry["folder"] = str(file.folder)
        self._touched.note(file.name, entry)
        try:
            atomic_write.private_folder(file.path.parent)
            atomic_write.replace(file.path, file.content, file.mode)
        except BaseException:
            self._touched.note(file.name, noted)
            raise
        return kept

    def take_away(self, file: ExternalFile) -> Path | None:
        noted = self._touched.entry(file.name)
        path = Path(noted["path"]) if noted else file.path
        ours = noted[DIGEST] if noted else None
        return self._remove(file.name, path, ours, file.content, file.folder)

    def _remove(
        self, name: str, path: Path, ours: str | None, same: bytes | None, folder: Path | None
    ) -> Path | None:
        kept = self._keep(path, ours, same)
        with atomic_write.as_unfit(path), suppress(NotADirectoryError):
            path.unlink(missing_ok=True)
        if folder:
            _remove_if_empty(path.parent, folder)
        self._touched.note(name, None)
        return kept

    def _keep(self, path: Path, ours: str | None, same: bytes | None) -> Path | None:
        """Copies aside what stands there, unless we wrote it or would write the same."""
        there = self.content(path)
        if there is None or there == same or _digest(there) == ours:
            return None
        aside = path.with_name(f"{path.name}.kept-{self._clock():%Y%m%d-%H%M%S}")
        atomic_write.replace(aside, there, 0o600)
        return aside


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _remove_if_empty(folder: Path, top: Path) -> None:
    """Removes ``folder`` and those above it up to ``top``, as far as nothing lies in them."""
    while folder.is_relative_to(top):
        with suppress(OSError):
            folder.rmdir()
        folder = folder.parent
