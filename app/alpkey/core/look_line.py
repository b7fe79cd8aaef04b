"""The line in ``state/look``: one snapshot, small enough for a shell prompt to read.

Columns, separated by single spaces, times in epoch seconds:
version, valid_after, valid_before, quota (``limit:end,end,...`` or ``limit:?``), lead time in
seconds, the certificate's mtime in nanoseconds and its size, and last, to the line's end and as
raw bytes, the path of the private key.
A key that is not there has size 0; one that is broken ends at 0; for ever is the year 9999.

Nothing is imported here: a program that starts in a prompt has no time for it.
"""

VERSION = b"1"
FOR_EVER = 253_402_300_799
NO_KEY, EXPIRED, EXPIRING, UNFIT = 6, 7, 8, 9


class LookLine:
    """The columns of one line."""

    __slots__ = (
        "key_path",
        "lead_s",
        "limit",
        "mtime_ns",
        "size",
        "slot_ends",
        "valid_after",
        "valid_before",
    )

    def __init__(
        self,
        *,
        valid_after: int,
        valid_before: int,
        limit: int,
        slot_ends: tuple[int, ...] | None,
        lead_s: int,
        mtime_ns: int,
        size: int,
        key_path: bytes,
    ) -> None:
        self.valid_after = valid_after
        self.valid_before = valid_before
        self.limit = limit
        self.slot_ends = slot_ends
        self.lead_s = lead_s
        self.mtime_ns = mtime_ns
        self.size = size
        self.key_path = key_path

    @property
    def certificate_path(self) -> bytes:
        return self.key_path + b"-cert.pub"

    def to_bytes(self) -> bytes:
        ends = "?" if self.slot_ends is None else ",".join(map(str, self.slot_ends))
        columns = (self.valid_after, self.valid_before, f"{self.limit}:{ends}", self.lead_s)
        head = " ".join(map(str, (*columns, self.mtime_ns, self.size)))
        return VERSION + b" " + head.encode() + b" " + self.key_path + b"\n"


def parse(line: bytes) -> LookLine | None:
    """The line's columns, or None where it is truncated or of another version."""
    columns = line.removesuffix(b"\n").split(b" ", 7)
    if not line.endswith(b"\n") or len(columns) != 8 or columns[0] != VERSION:
        return None
    try:
        limit, ends = columns[3].split(b":")
        slot_ends = None if ends == b"?" else tuple(int(end) for end in ends.split(b",") if end)
        return LookLine(
            valid_after=int(columns[1]),
            valid_before=int(columns[2]),
            limit=int(limit),
            slot_ends=slot_ends,
            lead_s=int(columns[4]),
            mtime_ns=int(columns[5]),
            size=int(columns[6]),
            key_path=columns[7],
        )
    except ValueError:
        return None


def short(line: LookLine, now_s: int) -> tuple[str, int]:
    """What ``status --short`` prints, and its exit code."""
    if line.size == 0:
        return "no key", NO_KEY
    if line.valid_before == 0:
        return "broken", UNFIT
    if now_s < line.valid_after:
        return "not yet valid", UNFIT
    left_s = line.valid_before - now_s
    if left_s <= 0:
        return f"expired {_keys(line, now_s)}", EXPIRED
    return f"{_span(line, left_s)} {_keys(line, now_s)}", EXPIRING if left_s < line.lead_s else 0


def _span(line: LookLine, left_s: int) -> str:
    if line.valid_before >= FOR_EVER:
        return "forever"
    minutes = left_s // 60
    return f"{minutes // 60}h{minutes % 60:02}m"


def _keys(line: LookLine, now_s: int) -> str:
    if line.slot_ends is None:
        return f"?/{line.limit}"
    used = sum(end > now_s for end in line.slot_ends)
    return f"{max(line.limit - used, 0)}/{line.limit}"
