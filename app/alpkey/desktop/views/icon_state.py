"""What the icon shows.

Separate from ``views.status``, which makes it from a snapshot: the icon is shown before that.
"""

from enum import Enum
from typing import NamedTuple

RING_STEPS = 8


class IconShape(Enum):
    """The state by its shape; colour only repeats it."""

    NUMBER = "number"
    RING = "ring"
    EXPIRED = "expired"
    MISSING = "missing"
    WORKING = "working"
    WARNING = "warning"


class IconView(NamedTuple):
    """An icon: its shape, the text for NUMBER, and how many eighths of the ring are left.

    ``expiring``: the ring of NUMBER or RING is eight dashes.  ``dot``: whether tunnels are open.
    """

    shape: IconShape
    number: str = ""
    eighths: int = 0
    expiring: bool = False
    dot: bool = False


STARTING = IconView(IconShape.WORKING)
WARNING_ICON = IconView(IconShape.WARNING)
