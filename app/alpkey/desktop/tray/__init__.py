"""The tray: it looks, and starts the other two programs."""

from alpkey.core.places import Places


def run(places: Places) -> int:
    """Runs the tray until the person quits it; its exit code."""
    from alpkey.desktop.tray.app import run as run_tray

    return run_tray(places)
