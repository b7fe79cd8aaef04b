"""Windows, in one process of their own that ends with the last one."""

from collections.abc import Mapping

from alpkey.core.paths import Paths
from alpkey.desktop import display_check


def run(paths: Paths, kind: str, options: Mapping[str, str]) -> int:
    """Open the window, here or in the process that runs already; return the exit code.

    ``options`` may hold the host to ``connect`` to after the renewal, or the ``page`` to show.
    """
    if (code := display_check.report()) is not None:
        return code
    from alpkey.desktop.windows.app import run as run_windows

    return run_windows(paths, kind, options)
