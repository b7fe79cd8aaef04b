"""The bundle's first lines.  What they start is the same program as everywhere else.

The loader in front of us points ``LD_LIBRARY_PATH`` at the bundle and notes things of its own in
the environment.  The kernel's loader has read all that by now, so it goes out again here, in one
place, before anything can inherit it: ssh, terminals and browsers find the user's own libraries,
and an Alpkey that we start is started as the user would start it.
"""

import os
import sys
from collections.abc import MutableMapping


def leave_as_found(environ: MutableMapping[str, str]) -> None:
    """Takes out what the loader put in (PyInstaller's manual, "Run-time Information")."""
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        original = environ.pop(f"{name}_ORIG", None)
        if original is not None:
            environ[name] = original
        else:
            environ.pop(name, None)
    for name in [name for name in environ if name.startswith("_PYI_")]:
        del environ[name]


if __name__ == "__main__":
    if sys.platform == "linux":  # on macOS the loader needs no such path and sets none
        leave_as_found(os.environ)
    from alpkey.__main__ import main

    sys.exit(main())
