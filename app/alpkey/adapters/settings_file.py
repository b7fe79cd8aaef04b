"""``config.toml``, changed one key at a time with the person's comments kept (tomlkit)."""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from alpkey.adapters import files
from alpkey.core.errors import Unfit
from alpkey.core.ports import Clock, Lock
from alpkey.core.setting_kinds import Plain
from alpkey.core.trust import distrust

LOCK_TIMEOUT_S = 10.0
MODE = 0o600


class TomlSettingsFile:
    """The file at ``path``; ``lock`` keeps two changes at once from losing one."""

    def __init__(self, path: Path, lock: Lock, clock: Clock) -> None:
        self._path = path
        self._lock = lock
        self._clock = clock

    def change(self, key: str, plain: Plain | None) -> Path | None:
        files.private_folder(self._path.parent)
        with self._lock.held(LOCK_TIMEOUT_S):
            path = files.followed(self._path)
            content = _content(path)
            aside = None
            try:
                document = tomlkit.parse(content)
            except (TOMLKitError, ValueError):
                aside = self._set_aside(path)
                document = tomlkit.document()
            if _put(document, key, plain) or aside:
                files.replace(path, tomlkit.dumps(document).encode(), MODE)
            return aside

    def _set_aside(self, path: Path) -> Path:
        aside = path.with_name(f"{path.name}.unreadable-{self._clock():%Y%m%d-%H%M%S}")
        with files.as_unfit(path):
            # A link, and not a rename, for it never takes the place of another file.
            aside.hardlink_to(path)
            path.unlink()
        return aside


def _content(path: Path) -> bytes:
    """Raises Unfit where the file is not to be believed."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if reason := distrust(found.st_mode, found.st_uid, os.getuid()):
                raise Unfit("settings-unreadable", path=str(path), reason=reason)
            return file.read()
    except FileNotFoundError:
        return b""
    except OSError as wrong:
        raise files.unfit(path, wrong) from None


def _put(table: MutableMapping[str, Any], key: str, plain: Plain | None) -> bool:
    """Whether something changed.  Of a table only the rows that differ are touched."""
    there = table.get(key)
    if plain is None:
        return table.pop(key, None) is not None
    if there == plain:
        return False
    if isinstance(plain, dict) and isinstance(there, MutableMapping):
        for name in {**there, **plain}:
            _put(there, name, plain.get(name))
    else:
        table[key] = plain
    return True
