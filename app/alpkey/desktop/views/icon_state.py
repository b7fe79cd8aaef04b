"""What the icon can say: a sign in a ring.

Apart from :mod:`views`, which makes it from a look: the icon is there before anything is looked at.
"""

from enum import Enum
from typing import NamedTuple

RING_STEPS = 8


class IconShape(Enum):
    """What stands inside the ring."""

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
    """An icon: its sign, the number for Sign.NUMBER, and how many eighths of the ring are left.

    ``dot``: whether tunnels are open.
    """

    sign: IconShape
    number: str = ""
    ring: Ring = Ring.FULL
    eighths: int = 0
    dot: bool = False


STARTING = IconView(IconShape.WORKING)
WARNING_ICON = IconView(IconShape.WARNING)
