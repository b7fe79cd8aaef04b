"""Programs that a shell would find."""

import os
from collections.abc import Mapping
from pathlib import Path

from alpkey import path_checks


def called(name: str, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Every program of this name on PATH, in order; links to the same program count once."""
    found: dict[Path, Path] = {}
    for folder in environ.get("PATH", "").split(os.pathsep):
        path = Path(folder, name)
        if folder and path_checks.is_file(path) and os.access(path, os.X_OK):
            found.setdefault(path_checks.resolved(path), path)
    return tuple(found.values())
