"""Which build of Alpkey this is; with next to nothing imported, for ``alpkey --version``."""

import os
import sys

from alpkey import __version__


def name() -> str:
    """Version and what it was installed from: ``0.1.0 (deb 3dede93)``."""
    return f"{__version__} ({_origin()})"


def print_name() -> int:
    """Print it as ``alpkey --version`` does, and return the exit code."""
    try:
        sys.stdout.write(f"alpkey {name()}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # a closed stream
        return 1
    return 0


def _origin() -> str:
    """What glance.build() says, without pathlib."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    inside = package + "/resources"
    is_inside = os.path.isdir(inside)  # noqa: PTH112
    shipped = inside if is_inside else os.path.dirname(os.path.dirname(package)) + "/resources"  # noqa: PTH120
    try:
        with open(shipped + "/build", encoding="utf-8") as file:  # noqa: PTH123
            return file.read().strip()
    except OSError:
        return "package" if is_inside else "checkout"
