"""Which build of Alpkey this is."""

from alpkey import __version__, glance


def name() -> str:
    """Version and what it was installed from: ``0.1.0 (deb 3dede93)``."""
    return f"{__version__} ({glance.build()})"
