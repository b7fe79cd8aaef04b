"""The tray: it looks, and starts the other two programs."""

from alpkey.core.paths import Paths


def run(places: Paths, *, at_login: bool) -> int:
    """Runs the tray until the person quits it; its exit code.

    ``at_login``: nobody asked for a window, so none opens where no icon can be shown.
    """
    from alpkey.desktop.tray.app import run as run_tray

    return run_tray(places, at_login=at_login)
