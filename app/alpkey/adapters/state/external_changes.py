"""``state/touched.json``: what Alpkey changed outside its own folders."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.json_text import parse_json
from alpkey.core.state.ports import Entry


class ExternalChangesFile:
    """One JSON object with an entry a thing; unknown entries stay."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> Sequence[str]:
        return list(self._entries())

    def entry(self, name: str) -> Entry | None:
        found = self._entries().get(name)
        return found if isinstance(found, dict) else None

    def note(self, name: str, entry: Entry | None) -> None:
        entries = self._entries()
        if entry is None:
            if name not in entries:
                return
            del entries[name]
        else:
            entries[name] = dict(entry)
        atomic_write.private_folder(self._path.parent)
        atomic_write.replace(self._path, json.dumps(entries, indent=1).encode() + b"\n", 0o600)

    def _entries(self) -> dict[str, Any]:
        """All entries, none without a file.  Raises InvalidFile where the file cannot be read."""
        try:
            entries = parse_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise atomic_write.unfit_to_read(self._path, error) from None
        except ValueError as error:
            raise InvalidFile(path=str(self._path), reason=f"{error}.") from None
        if not isinstance(entries, dict):
            raise InvalidFile(path=str(self._path), reason="It holds no object.")
        return entries
