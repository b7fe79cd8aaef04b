"""Our lines among those of the person's ``known_hosts``; every byte of theirs stays as it is."""

from collections.abc import Sequence


def added(content: bytes | None, line: bytes) -> bytes:
    """``content`` with ``line`` behind what stands there, which gets an end where it lacks one."""
    before = content or b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    return before + line + b"\n"


def without(content: bytes, lines: Sequence[bytes], *, had_end: bool) -> bytes:
    """``content`` as it was before ``lines`` came, each of which leaves once, from the end on.

    ``had_end``: whether what stood there before the first of them was ended by a newline.
    """
    keep = content.splitlines(keepends=True)
    first_gone = len(keep)
    for line in reversed(lines):
        for at in range(len(keep) - 1, -1, -1):
            if keep[at].rstrip(b"\r\n") == line:
                del keep[at]
                first_gone = min(first_gone, at)
                break
    was_last = first_gone == len(keep) < len(content.splitlines())
    before = b"".join(keep)
    return before.removesuffix(b"\n") if was_last and not had_end else before
