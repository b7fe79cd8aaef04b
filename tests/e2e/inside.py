"""A child with something changed inside it, where nothing outside can bring the moment about."""

import os
from pathlib import Path

from tests.centre import Home


def change_inside(home: Home, folder: Path, script: str) -> None:
    """Has every later child of ``home`` run ``script`` as it starts (site.py, sitecustomize)."""
    place = folder / "inside"
    place.mkdir()
    (place / "sitecustomize.py").write_text(script)
    home.environ["PYTHONPATH"] = os.pathsep.join((str(place), home.environ["PYTHONPATH"]))
