"""menu_entry.py FILE: the entry in the desktop's menu that packages bring along."""

import sys
from pathlib import Path

from alpkey import glance
from alpkey.core.desktop import freedesktop
from alpkey.core.paths import find_paths


def entry() -> bytes:
    """What ``alpkey install-desktop`` would write, for the command on PATH.

    It names the clusters of the shipped site: nothing of the user who builds is read.
    """
    no_home = find_paths({"ALPKEY_HOME": "/nonexistent"}, "linux", "/nonexistent", 0)
    menu, _icon = freedesktop.menu(no_home, glance.command_context(no_home).site, ["alpkey"], b"")
    return menu.content


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(entry())
