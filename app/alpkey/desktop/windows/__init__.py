"""Windows: each asks a person, in a process of its own that ends when it is closed."""

from collections.abc import Mapping

from alpkey.core.paths import Paths


def run(places: Paths, kind: str, wish: Mapping[str, str]) -> int:
    """Opens the window, or has the running one open it; the exit code.

    ``wish`` may name the host to ``connect`` to once the key is renewed, or the ``page`` to show.
    """
    from alpkey.desktop.windows.app import run as run_windows

    return run_windows(places, kind, wish)
