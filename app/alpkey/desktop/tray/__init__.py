"""The tray: it shows the state, and starts the other two programs."""

from alpkey.core.paths import Paths
from alpkey.desktop import display_check


def run(paths: Paths, *, at_login: bool) -> int:
    """Run the tray until the user quits it; return its exit code.

    ``at_login``: started automatically, so no window opens if no icon can be shown.
    """
    if (code := display_check.report()) is not None:
        return code
    from alpkey.desktop.tray.app import run as run_tray

    return run_tray(paths, at_login=at_login)
