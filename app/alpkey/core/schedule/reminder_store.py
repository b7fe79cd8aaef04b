"""``state/tray.json``: what the tray stores between two runs.

``{"version": 1, "told": {"SERIAL@END": KIND, ...}, "snooze": {"certificate", "kind", "until"},
"first_start_shown": BOOL}``; a kind is its code, ``until`` RFC 3339, and ``snooze`` null where
there is none.  A file without ``first_start_shown`` is of an older version.
"""

import json
from datetime import datetime
from typing import Any

from alpkey.core.json_text import parse_json
from alpkey.core.schedule.reminders import REMEMBERED, Kind, Memory, Reminder, Snooze
from alpkey.core.timestamps import from_rfc3339, rfc3339

VERSION = 1
_KINDS = {kind.code: kind for kind in Kind}


def to_bytes(memory: Memory) -> bytes:
    row = {
        "version": VERSION,
        "told": {certificate: kind.code for certificate, kind in memory.shown.items()},
        "snooze": None if memory.snooze is None else _snooze_row(memory.snooze),
        "first_start_shown": memory.first_start_shown,
    }
    return json.dumps(row, indent=1).encode() + b"\n"


def from_bytes(content: bytes) -> Memory:
    """The memory; an empty one where ``content`` is truncated, of another version, or foreign."""
    try:
        return _read(parse_json(content))
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return Memory()


def _snooze_row(snooze: Snooze) -> dict[str, str | None]:
    return {
        "certificate": snooze.reminder.certificate,
        "kind": snooze.reminder.kind.code,
        "until": rfc3339(snooze.until),
    }


def _read(row: Any) -> Memory:
    if row["version"] != VERSION:
        return Memory()
    shown = [(str(certificate), _KINDS[kind]) for certificate, kind in row["told"].items()]
    snooze = None if row["snooze"] is None else _snooze(row["snooze"])
    return Memory(dict(shown[-REMEMBERED:]), snooze, row.get("first_start_shown") is True)


def _snooze(row: Any) -> Snooze:
    until: datetime = from_rfc3339(row["until"])
    return Snooze(Reminder(str(row["certificate"]), _KINDS[row["kind"]]), until)
