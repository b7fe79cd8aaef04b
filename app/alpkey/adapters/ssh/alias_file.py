"""``state/aliases`` on disk."""

from collections.abc import Iterable
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.ssh.aliases import Alias, to_text


class AliasFileOnDisk:
    """The file at ``path``, rewritten only where its content changes: the tray watches it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, aliases: Iterable[Alias]) -> None:
        content = to_text(aliases).encode()
        with atomic_write.as_unfit(self._path):
            if atomic_write.holds(self._path, content):
                return
        atomic_write.private_folder(self._path.parent)
        atomic_write.replace(self._path, content, 0o600)
