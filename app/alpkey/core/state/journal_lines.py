"""The lines of the journal file: one fact each, as JSON."""

import json
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, get_origin, get_type_hints

from alpkey.core.json_text import parse_json
from alpkey.core.state.journal_facts import (
    AutoRenewalFailed,
    Fact,
    Finding,
    Issued,
    KeyProtected,
    Listed,
    MaybeIssued,
    Refused,
    Retired,
    Revoked,
    SecretSaved,
    SessionSaved,
)
from alpkey.core.timestamps import from_rfc3339, rfc3339

_KINDS: dict[str, type[Fact]] = {
    "issued": Issued,
    "maybe-issued": MaybeIssued,
    "refused": Refused,
    "revoked": Revoked,
    "listed": Listed,
    "kept": SecretSaved,
    "session-kept": SessionSaved,
    "key-covered": KeyProtected,
    "silent-failed": AutoRenewalFailed,
    "retired": Retired,
    "finding": Finding,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_FIELDS = {kind: frozenset(kind._fields) for kind in _NAMES}
_TYPES = {
    kind: {
        name: hint if isinstance(hint, UnionType) else get_origin(hint) or hint
        for name, hint in get_type_hints(kind).items()
    }
    for kind in _NAMES
}
_TIMESTAMPS = ("at", "valid_before")
_METHOD = "way"  # the name of Issued.method in a line


def to_line(fact: Fact) -> str:
    """The fact as one line of JSON, without its newline; a serial is text (64 bits)."""
    row: dict[str, Any] = {"fact": _NAMES[type(fact)]}
    for name in fact._fields:
        value = getattr(fact, name)
        if name in _TIMESTAMPS:
            value = rfc3339(value)
        if name == "slots":
            value = [[str(serial), rfc3339(end)] for serial, end in value]
        row[_METHOD if name == "method" else name] = str(value) if name == "serial" else value
    return json.dumps(row)


def from_lines(lines: Iterable[str]) -> Iterator[Fact]:
    """The facts in the lines of a journal file.

    Skipped are truncated lines and, from a later version, unknown kinds and unknown fields.
    """
    return (fact for _, fact in rows(lines) if fact)


def rows(lines: Iterable[str]) -> list[tuple[str, Fact | None]]:
    """Each line with its fact, None where :func:`from_lines` skips it."""
    return [(line, _from_line(line)) for line in lines]


def _has_its_types(fact: Fact) -> bool:
    """Whether each field holds what it is declared to hold: the file may have been edited."""
    return all(isinstance(getattr(fact, name), _TYPES[type(fact)][name]) for name in fact._fields)


def _from_line(line: str) -> Fact | None:
    try:
        row = parse_json(line)
        kind = _KINDS[row.pop("fact")]
        for name in _TIMESTAMPS:
            if row.get(name) is not None:
                row[name] = from_rfc3339(row[name])
        if _METHOD in row:
            row["method"] = row.pop(_METHOD)
        if "serial" in row:
            row["serial"] = int(row["serial"])
        if "slots" in row:
            row["slots"] = tuple((int(serial), from_rfc3339(end)) for serial, end in row["slots"])
        for name in row.keys() - _FIELDS[kind]:
            del row[name]
        fact = kind(**row)
        return fact if _has_its_types(fact) else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
