"""What is shipped with this program: its version, what it was installed from, and its data.

Next to nothing is imported, for ``alpkey --version`` is as fast as Python itself.
"""

import os

from alpkey import __version__

_PACKAGE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
_INSIDE = _PACKAGE + "/resources"


def folder() -> str:
    """The folder of shipped data: inside the package, or beside ``app`` in a checkout."""
    beside = os.path.dirname(os.path.dirname(_PACKAGE)) + "/resources"  # noqa: PTH120
    return _INSIDE if os.path.isdir(_INSIDE) else beside  # noqa: PTH112


def build() -> str:
    """What this program was installed from, and of an installer the commit: ``deb 3dede93``.

    An installer says so in a file of its own beside the shipped data.
    """
    shipped = folder()
    try:
        with open(shipped + "/build", encoding="utf-8") as file:  # noqa: PTH123
            return file.read().strip()
    except OSError:
        return "package" if shipped == _INSIDE else "checkout"


def version() -> str:
    """Version and what it was installed from: ``0.1.0 (deb 3dede93)``."""
    return f"{__version__} ({build()})"
