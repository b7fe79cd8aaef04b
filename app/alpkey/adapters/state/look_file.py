"""``state/look``: the line that shell prompts read, rewritten when it has changed."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.look_line import FOR_EVER, LookLine
from alpkey.core.state.snapshot import KeyState, Snapshot


class LookFile:
    """The line at ``path``.  It is a cache: where it cannot be written, nothing is lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, snapshot: Snapshot, now: datetime) -> None:
        line = as_line(snapshot, now).to_bytes()
        with suppress(InvalidFile, OSError):
            if not atomic_write.holds(self._path, line):
                atomic_write.private_folder(self._path.parent)
                atomic_write.replace(self._path, line, 0o600)


def as_line(snapshot: Snapshot, now: datetime) -> LookLine:
    """The snapshot as the columns of the line."""
    certificate = snapshot.certificate
    usable = certificate is not None and snapshot.state(now) is not KeyState.BROKEN
    return LookLine(
        valid_after=_seconds(certificate.valid_after, 0) if certificate and usable else 0,
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
