"""``alpkey status --short``: from the file ``state/look`` if it is current, else a new snapshot.

Apart from the other commands, and without :mod:`click`, because shell prompts call it.
"""

import os
import pwd
import sys
import time

from alpkey.core.base_dirs import find_base_dirs
from alpkey.core.look_line import LookLine, parse, short


def main() -> int:
    """Print the line and return its exit code."""
    line = _saved_line()
    text, code = short(line, int(time.time())) if line else _new_line()
    sys.stdout.write(text + "\n")
    return code


def _saved_line() -> LookLine | None:
    """The saved line, if the certificate is still the one that it describes."""
    roots = find_base_dirs(os.environ, sys.platform, pwd.getpwuid(os.getuid()).pw_dir)
    try:
        with open(roots.state + "/look", "rb") as file:  # noqa: PTH123  pathlib costs too much here
            line = parse(file.readline())
        if line is None or not line.size:
            return None
        found = os.stat(line.certificate_path)  # noqa: PTH116
    except OSError:
        return None
    same = (found.st_mtime_ns, found.st_size) == (line.mtime_ns, line.size)
    return line if same else None


def _new_line() -> tuple[str, int]:
    from alpkey.wiring.status import short_line

    return short_line()
