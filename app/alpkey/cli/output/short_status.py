"""``alpkey status --short``: from the file ``state/look`` if it is current, else a new snapshot.

Apart from the other commands, and without :mod:`click`, because shell prompts call it.
"""

import os
import sys
import time
from contextlib import suppress

from alpkey.core.base_dirs import find_base_dirs, passwd_home
from alpkey.core.look_line import UNFIT, LookLine, parse, short


def main() -> int:
    """Print the line and return its exit code.

    Whatever cannot be read is ``broken`` here; ``alpkey status`` says what it is.
    """
    try:
        line = _saved_line()
        text, code = short(line, int(time.time())) if line else _new_line()
    except Exception:  # noqa: BLE001  nothing but one of its words may come into a prompt
        text, code = "broken", UNFIT
    with suppress(OSError, ValueError):  # a prompt that reads no further, or a closed stream
        # The text for a key that cannot be used may hold anything.
        sys.stdout.write("".join(part if part.isprintable() else "?" for part in text) + "\n")
        sys.stdout.flush()
    return code


def _saved_line() -> LookLine | None:
    """The saved line, if the certificate is still the one that it describes."""
    roots = find_base_dirs(os.environ, sys.platform, passwd_home(os.getuid(), os.environ))
    try:
        with open(roots.state + "/look", "rb") as file:  # noqa: PTH123  pathlib costs too much here
            line = parse(file.readline())
        if line is None or not line.size:
            return None
        found = os.stat(line.certificate_path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    same = (found.st_mtime_ns, found.st_size) == (line.mtime_ns, line.size)
    return line if same else None


def _new_line() -> tuple[str, int]:
    from alpkey.wiring.status import short_line

    return short_line()
