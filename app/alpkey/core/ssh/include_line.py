"""Alpkey's Include line in the user's ssh configuration; every byte around it stays.

All functions take and give bytes: the file may be in any encoding, or in none.
"""

import os
import re
from pathlib import Path

from alpkey.core.digest import sha256
from alpkey.core.ssh.config_blocks import include_line


def include_line_for(own_config: Path) -> bytes:
    """The line without its end.  Raises InvalidConfigPath where ssh could not read such a path.

    The path is absolute: ssh resolves a relative one in ``$HOME``, which may not be its own home.
    """
    return os.fsencode(include_line(own_config))


def begins_with(content: bytes, line: bytes) -> bool:
    """Whether ``line`` is the first: above it anything could win, or make it part of a block."""
    return re.match(_whole(line), content) is not None


def applied(content: bytes, line: bytes) -> bytes:
    """``content`` with the line at its very top, with the line end of the first existing line."""
    if begins_with(content, line):
        return content
    first, newline, _ = content.partition(b"\n")
    crlf = newline and first.endswith(b"\r")
    return line + (b"\r\n" if crlf else b"\n") + content


def without_top_line(content: bytes, line: bytes) -> bytes:
    """``content`` without the line at its top."""
    return re.sub(rb"\A" + _whole(line), b"", content)


def undone(content: bytes, line: bytes, written: str | None) -> bytes:
    """``content`` as it was before the line was added.

    Where it still is what Alpkey wrote (its digest is ``written``), only the line at the top is
    removed; else the user has edited it since, and the line is removed wherever it is.
    """
    if digest(content) == written:
        return without_top_line(content, line)
    return re.sub(rb"(?m)^" + _whole(line), b"", content)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def difference(path: Path, line: bytes, before: bytes, after: bytes) -> str:
    """A unified diff without context; '' where nothing changes.

    Only this line is ever added or removed, so of the other lines only the number counts.
    """
    if before == after:
        return ""
    shown = line.decode(errors="replace")
    head = f"--- {path}\n+++ {path}\n"
    if len(after) > len(before):
        return f"{head}@@ -0,0 +1 @@\n+{shown}\n"
    gone = [1] if after == without_top_line(before, line) else _lines_of(line, before)
    hunks = (
        f"@@ -{number} +{number - 1 - earlier},0 @@\n-{shown}\n"
        for earlier, number in enumerate(gone)
    )
    return head + "".join(hunks)


def _whole(line: bytes) -> bytes:
    """A pattern for the line together with its end."""
    return re.escape(line) + rb"\r?(?:\n|\Z)"


def _lines_of(line: bytes, content: bytes) -> list[int]:
    """The numbers of the lines that equal it, from 1."""
    numbers, at, number = [], 0, 1
    for found in re.finditer(rb"(?m)^" + _whole(line), content):
        number += content.count(b"\n", at, found.start())
        at = found.start()
        numbers.append(number)
    return numbers
