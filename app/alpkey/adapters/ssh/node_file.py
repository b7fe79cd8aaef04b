"""``state/nodes`` on disk."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.ssh.nodes import from_text, seen, to_text


class NodeFile:
    """The file at ``path``.  It is a cache: where it cannot be written, nothing is lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """The nodes with the cluster of each; none where the file cannot be read."""
        with suppress(OSError):
            return from_text(path_checks.read_regular(self._path).decode(errors="replace"))
        return {}

    def remember(self, cluster: str, nodes: Sequence[str]) -> bool:
        """Write what a list of jobs on ``cluster`` says; whether that changed anything."""
        before = self.read()
        after = seen(before, cluster, nodes)
        if before == after:
            return False
        with suppress(InvalidFile, OSError):
            atomic_write.private_folder(self._path.parent)
            atomic_write.replace(self._path, to_text(after).encode(), 0o600)
            return True
        return False
