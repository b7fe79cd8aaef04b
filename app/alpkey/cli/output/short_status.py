"""``alpkey status --short``: the remembered line where it is true, else a look of its own.

Apart from the other commands, and without :mod:`click`, because it stands in shell prompts.
"""

import os
import pwd
import sys
import time

from alpkey.core.base_dirs import find_base_dirs
from alpkey.core.look_line import LookLine, parse, short


def main() -> int:
    """Prints the line and returns its exit code."""
    line = _remembered()
    text, code = short(line, int(time.time())) if line else _look()
    sys.stdout.write(text + "\n")
    return code


def _remembered() -> LookLine | None:
    """The remembered line, if the certificate is still the one that it tells of."""
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


def _look() -> tuple[str, int]:
    from alpkey.wiring.status import short_line

    return short_line()
