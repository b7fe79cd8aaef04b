"""A child with something changed inside it, for what cannot be caused from outside."""

import os
from pathlib import Path

from tests.centre import Home

# Python goes on after an error in sitecustomize, and the test would see an unchanged child.
_RUN = """
try:
    import changed_inside
except BaseException:
    import os, traceback
    traceback.print_exc()
    os._exit(97)
"""


# For a script in there: ``at_end(tell)`` calls ``tell`` however the child ends by itself.
AT_END = """
import atexit, os

def at_end(tell, end=os._exit):
    atexit.register(tell)
    os._exit = lambda code: (tell(), end(code))
"""


def change_inside(home: Home, folder: Path, script: str) -> None:
    """Have every later child of ``home`` run ``script`` as it starts (site.py, sitecustomize).

    A child in which the script fails ends with 97.
    """
    place = folder / "inside"
    place.mkdir()
    (place / "changed_inside.py").write_text(script)
    (place / "sitecustomize.py").write_text(_RUN)
    home.environ["PYTHONPATH"] = os.pathsep.join((str(place), home.environ["PYTHONPATH"]))
