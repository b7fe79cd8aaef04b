"""Windows, in one process of their own that ends with the last one."""

from collections.abc import Mapping

from alpkey.core.paths import Paths


def run(paths: Paths, kind: str, options: Mapping[str, str]) -> int:
    """Open the window, here or in the process that runs already; return the exit code.

    ``options`` may hold the host to ``connect`` to after the renewal, or the ``page`` to show.
    """
    from alpkey.desktop.windows.app import run as run_windows

    return run_windows(paths, kind, options)
