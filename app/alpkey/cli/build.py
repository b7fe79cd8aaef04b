"""Which build of Alpkey this is."""

from alpkey import __version__, glance


def name() -> str:
    """Version, what it was installed from, and of an installer the commit: ``0.1.0 (deb 3dede93)``.

    An installer says so in a file of its own beside the shipped data.
    """
    resources = glance.resources()
    try:
        origin = (resources / "build").read_text(encoding="utf-8").strip()
    except OSError:
        origin = "package" if resources.parent.name == "alpkey" else "checkout"
    return f"{__version__} ({origin})"
