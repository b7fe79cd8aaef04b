"""``config.toml``, changed one key at a time; the user's comments stay (tomlkit)."""

import codecs
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.settings.kinds import Plain
from alpkey.core.state.ports import Lock
from alpkey.core.timestamps import Clock
from alpkey.trusted_files import DistrustedFile, read_trusted, why_distrusted

LOCK_TIMEOUT_S = 10.0
MODE = 0o600


class TomlSettingsFile:
    """The file at ``path``; ``lock`` keeps two changes at once from losing one."""

    def __init__(self, path: Path, lock: Lock, clock: Clock) -> None:
        self._path = path
        self._lock = lock
        self._clock = clock

    def change(self, key: str | tuple[str, ...], plain: Plain | None) -> Path | None:
        """Set a key, or one in a table below; None removes it.

        Returns where an unreadable file was set aside, None usually.  Raises InvalidFile.
        """
        *tables, last = (key,) if isinstance(key, str) else key
        atomic_write.private_folder(self._path.parent)
        with self._lock.held(LOCK_TIMEOUT_S):
            path = atomic_write.followed(self._path)
            content = _content(self._path)
            aside = None
            try:
                document = tomlkit.parse(content.removeprefix(codecs.BOM_UTF8))
            except (TOMLKitError, ValueError, RecursionError):
                aside = self._set_aside(path)
                document = tomlkit.document()
            table: MutableMapping[str, Any] = document
            for name in tables:
                if not isinstance(table.get(name), MutableMapping):
                    table[name] = tomlkit.table()
                table = table[name]
            if _put(table, last, plain) or aside:
                atomic_write.replace(path, tomlkit.dumps(document).encode(), MODE)
            return aside

    def _set_aside(self, path: Path) -> Path:
        aside = path.with_name(f"{path.name}.unreadable-{self._clock():%Y%m%d-%H%M%S}")
        with atomic_write.as_unfit(path):
            # A link, and not a rename, because it never replaces another file.
            aside.hardlink_to(path)
            path.unlink()
        return aside


def _content(path: Path) -> bytes:
    """Raises InvalidFile where another user may have written the file, or may write a new one."""
    try:
        return read_trusted(path)
    except FileNotFoundError:
        with atomic_write.as_unfit(path):
            reason = why_distrusted(path.parent)
        if reason:
            raise _distrusted(path, reason) from None
        return b""
    except DistrustedFile as error:
        raise _distrusted(path, str(error)) from None
    except OSError as error:
        raise atomic_write.unfit(path, error) from None


def _distrusted(path: Path, reason: str) -> InvalidFile:
    return InvalidFile("settings-unreadable", path=str(path), reason=reason)


def _put(table: MutableMapping[str, Any], key: str, plain: Plain | None) -> bool:
    """Whether something changed.  Of a table only the rows that differ are written."""
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
