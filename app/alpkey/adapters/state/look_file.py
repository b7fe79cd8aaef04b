"""``state/look``: a line for each account, which shell prompts read; rewritten when one changed."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.look_line import FOR_EVER, LookLine, parse
from alpkey.core.state.snapshot import KeyState, Snapshot

_LIMIT_BYTES = 64 * 1024


class LookFile:
    """The lines at ``path``, for the private keys ``keys``, the first account's first.

    It is a cache: where it cannot be written, nothing is lost.
    """

    def __init__(self, path: Path, keys: Sequence[Path]) -> None:
        self._path = path
        self._keys = [bytes(key) for key in keys]

    def write(self, snapshot: Snapshot, now: datetime) -> None:
        """Put the line of this account in its place; those of the other accounts stay."""
        written = as_line(snapshot, now)
        lines = {**self._lines(), written.key_path: written.to_bytes()}
        if written.key_path != self._keys[0]:
            lines.setdefault(self._keys[0], _no_key(written, self._keys[0]).to_bytes())
        content = b"".join(lines[key] for key in self._keys if key in lines)
        with suppress(InvalidFile, OSError):
            if not atomic_write.holds(self._path, content):
                atomic_write.private_folder(self._path.parent)
                atomic_write.replace(self._path, content, 0o600)

    def _lines(self) -> dict[bytes, bytes]:
        """The lines that are there now, by the path of their key."""
        if len(self._keys) == 1:
            return {}
        with suppress(OSError), path_checks.open_regular(self._path) as file:
            content = file.read(_LIMIT_BYTES)
            parsed = {row: parse(row) for row in content.splitlines(keepends=True)}
            return {line.key_path: row for row, line in parsed.items() if line}
        return {}


def _no_key(like: LookLine, key_path: bytes) -> LookLine:
    """The line of the first account while nothing was written for it: prompts read it first."""
    return LookLine(
        valid_after=0,
        valid_before=0,
        limit=like.limit,
        slot_ends=None,
        lead_s=like.lead_s,
        mtime_ns=0,
        size=0,
        key_path=key_path,
    )


def as_line(snapshot: Snapshot, now: datetime) -> LookLine:
    """The snapshot as the columns of the line."""
    certificate = snapshot.certificate
    usable = certificate is not None and snapshot.state(now) is not KeyState.BROKEN
    return LookLine(
        valid_after=_seconds(certificate.counts_from, 0) if certificate and usable else 0,
        valid_before=_seconds(certificate.valid_before, FOR_EVER) if certificate and usable else 0,
        limit=snapshot.quota.limit,
        slot_ends=_slot_ends(snapshot),
        lead_s=int(snapshot.lead_time.total_seconds()),
        mtime_ns=snapshot.stamp.mtime_ns,
        size=snapshot.stamp.size,
        key_path=bytes(snapshot.key_path),
    )


def _slot_ends(snapshot: Snapshot) -> tuple[int, ...] | None:
    """Refused by the service is written as: all slots are taken until the next known end."""
    quota = snapshot.quota
    if quota.used is None:
        return None
    ends = tuple(int(end.timestamp()) for end in quota.slot_ends)
    missing = quota.used - len(ends)
    last = ends[-1] if ends else FOR_EVER
    return ends + (last,) * missing if missing > 0 else ends


def _seconds(time: datetime | None, otherwise: int) -> int:
    return otherwise if time is None else int(time.timestamp())
