"""Alpkey's lines in the user's ``known_hosts``; every other byte stays as it is."""

from collections.abc import Sequence


def added(content: bytes | None, line: bytes) -> bytes:
    """``content`` with ``line`` appended, after a newline where one is missing."""
    before = content or b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    return before + line + b"\n"


def without(content: bytes, lines: Sequence[bytes], *, had_end: bool) -> bytes:
    """``content`` as it was before ``lines`` were added; each is removed once, from the end.

    ``had_end``: whether the content before the first of them ended with a newline.
    """
    rest = content.splitlines(keepends=True)
    first_gone = len(rest)
    for line in reversed(lines):
        for at in range(len(rest) - 1, -1, -1):
            if rest[at].rstrip(b"\r\n") == line:
                del rest[at]
                first_gone = min(first_gone, at)
                break
    was_last = first_gone == len(rest) < len(content.splitlines())
    before = b"".join(rest)
    return before.removesuffix(b"\n") if was_last and not had_end else before
