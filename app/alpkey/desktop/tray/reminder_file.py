"""``state/tray.json``.  Only the tray writes it, and it is all that the tray writes."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from alpkey.core.schedule.reminder_store import from_bytes, to_bytes
from alpkey.core.schedule.reminders import Memory

LIMIT_BYTES = 65536


def load(path: Path) -> Memory:
    """Read the memory of the last run; a new one if that cannot be read."""
    try:
        with path.open("rb") as file:
            return from_bytes(file.read(LIMIT_BYTES))
    except OSError:
        return Memory()


def save(path: Path, memory: Memory) -> None:
    """Replace the file atomically.  If that fails, only this run remembers."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(to_bytes(memory))
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
        except OSError:
            staged.unlink(missing_ok=True)


def claim_first_start(path: Path) -> bool:
    """Whether the first start has not opened by itself yet; from now on it has."""
    memory = load(path)
    if memory.first_start_shown:
        return False
    save(path, replace(memory, first_start_shown=True))
    return True
