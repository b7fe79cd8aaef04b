"""What the icon shows: a shape in a ring.

Separate from ``views.status``, which makes it from a snapshot: the icon is shown before that.
"""

from enum import Enum
from typing import NamedTuple

RING_STEPS = 8


class IconShape(Enum):
    """What is inside the ring."""

    NUMBER = "number"
    BARE = "bare"
    CROSSED = "crossed"
    HOLLOW = "hollow"
    WORKING = "working"
    WARNING = "warning"


class Ring(Enum):
    """How the ring is drawn."""

    FULL = "full"
    DASHED = "dashed"
    DOTTED = "dotted"


class IconView(NamedTuple):
    """An icon: its shape, the number for NUMBER, and how many eighths of the ring are left.

    ``dot``: whether tunnels are open.
    """

    shape: IconShape
    number: str = ""
    ring: Ring = Ring.FULL
    eighths: int = 0
    dot: bool = False


STARTING = IconView(IconShape.WORKING)
WARNING_ICON = IconView(IconShape.WARNING)
