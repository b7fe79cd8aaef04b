"""Windows: each asks a person, in a process of its own that ends when it is closed."""

from alpkey.core.places import Places


def run(places: Places, kind: str, then_connect: str | None) -> int:
    """Opens the window, or has the running one open it; the exit code."""
    from alpkey.desktop.windows.app import run as run_windows

    return run_windows(places, kind, then_connect)
