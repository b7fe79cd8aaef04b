"""Files outside Alpkey's folders: recorded before they are written, and no user's file is lost."""

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
    """``external_changes`` records each file's path and the SHA-256 of what Alpkey wrote there."""

    def __init__(self, external_changes: ExternalChanges, clock: Clock) -> None:
        self._changes = external_changes
        self._clock = clock

    def content(self, path: Path) -> bytes | None:
        with atomic_write.as_unfit(path):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def holds(self, file: ExternalFile) -> bool:
        return self._changes.entry(file.name) is not None

    def placed(self) -> Mapping[str, Path]:
        entries = ((name, self._changes.entry(name)) for name in self._changes.names())
        return {name: Path(entry["path"]) for name, entry in entries if entry and DIGEST in entry}

    def take_back(self, name: str) -> Path | None:
        recorded = self._changes.entry(name) or {}
        folder = Path(recorded["folder"]) if "folder" in recorded else None
        return self._remove(name, Path(recorded["path"]), recorded[DIGEST], None, folder)

    def put(self, file: ExternalFile) -> Path | None:
        recorded = self._changes.entry(file.name)
        if recorded and recorded["path"] != str(file.path):
            self.take_away(file)
            recorded = None
        copy = self._copy_aside(file.path, recorded[DIGEST] if recorded else None, file.content)
        entry = {"path": str(file.path), DIGEST: _digest(file.content)}
        if file.folder:
            entry["folder"] = str(file.folder)
        self._changes.note(file.name, entry)
        try:
            atomic_write.private_folder(file.path.parent)
            atomic_write.replace(file.path, file.content, file.mode)
        except BaseException:
            self._changes.note(file.name, recorded)
            raise
        return copy

    def take_away(self, file: ExternalFile) -> Path | None:
        recorded = self._changes.entry(file.name)
        path = Path(recorded["path"]) if recorded else file.path
        digest = recorded[DIGEST] if recorded else None
        return self._remove(file.name, path, digest, file.content, file.folder)

    def _remove(
        self, name: str, path: Path, digest: str | None, same: bytes | None, folder: Path | None
    ) -> Path | None:
        copy = self._copy_aside(path, digest, same)
        with atomic_write.as_unfit(path), suppress(NotADirectoryError):
            path.unlink(missing_ok=True)
        if folder:
            _remove_if_empty(path.parent, folder)
        self._changes.note(name, None)
        return copy

    def _copy_aside(self, path: Path, digest: str | None, same: bytes | None) -> Path | None:
        """Copy aside what is there, unless Alpkey wrote it or would write the same."""
        there = self.content(path)
        if there is None or there == same or _digest(there) == digest:
            return None
        aside = path.with_name(f"{path.name}.kept-{self._clock():%Y%m%d-%H%M%S}")
        atomic_write.replace(aside, there, 0o600)
        return aside


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _remove_if_empty(folder: Path, top: Path) -> None:
    """Remove ``folder`` and those above it up to ``top``, as far as they are empty."""
    while folder.is_relative_to(top):
        with suppress(OSError):
            folder.rmdir()
        folder = folder.parent
