"""The tray: it shows the state, and starts the other two programs."""

from alpkey.core.paths import Paths


def run(paths: Paths, *, at_login: bool) -> int:
    """Run the tray until the user quits it; return its exit code.

    ``at_login``: started automatically, so no window opens if no icon can be shown.
    """
    from alpkey.desktop.tray.app import run as run_tray

    return run_tray(paths, at_login=at_login)
