"""``state/look``: the line that shell prompts read, rewritten when what it says has changed."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from alpkey.adapters import files
from alpkey.core.errors import Unfit
from alpkey.core.look import KeyState, Look
from alpkey.core.look_line import FOR_EVER, LookLine


class LookFile:
    """The line at ``path``.  It is a cache: where it cannot be written, nothing is lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, look: Look, now: datetime) -> None:
        line = as_line(look, now).to_bytes()
        with suppress(Unfit, OSError):
            if not self._path.exists() or self._path.read_bytes() != line:
                files.private_folder(self._path.parent)
                files.replace(self._path, line, 0o600)


def as_line(look: Look, now: datetime) -> LookLine:
    """The look as the columns of the line."""
    certificate = look.certificate
    usable = certificate is not None and look.state(now) is not KeyState.BROKEN
    return LookLine(
        valid_after=_seconds(certificate.valid_after, 0) if certificate and usable else 0,
        valid_before=_seconds(certificate.valid_before, FOR_EVER) if certificate and usable else 0,
        limit=look.quota.limit,
        slot_ends=_slot_ends(look),
        lead_s=int(look.lead_time.total_seconds()),
        mtime_ns=look.stamp.mtime_ns,
        size=look.stamp.size,
        key_path=bytes(look.key_path),
    )


def _slot_ends(look: Look) -> tuple[int, ...] | None:
    """Refused by the service is written as: all slots are taken until the next known end."""
    quota = look.quota
    if quota.used is None:
        return None
    ends = tuple(int(end.timestamp()) for end in quota.slot_ends)
    missing = quota.used - len(ends)
    last = ends[-1] if ends else FOR_EVER
    return ends + (last,) * missing if missing > 0 else ends


def _seconds(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else int(moment.timestamp())
