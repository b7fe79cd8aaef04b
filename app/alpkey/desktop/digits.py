"""Digits as lines on a field of 4 by 7: readable at 16 pixels, and without a font.

A path is written as in SVG, with absolute M, L, C and Z only.
"""

from PySide6.QtGui import QPainterPath

WIDTH, HEIGHT = 4, 7

# Centre lines for sizes at which a curve can be seen.
ROUND = {
    "0": "M 0 2 C 0 -0.67 4 -0.67 4 2 L 4 5 C 4 7.67 0 7.67 0 5 Z",
    "1": "M 0 1.3 L 2 0 L 2 7",
    "2": "M 0 2 C 0 -0.67 4 -0.67 4 2 C 4 3.8 1 5 0 7 L 4 7",
    "3": "M 0 1.4 C 0.7 -0.5 4 -0.5 4 1.7 C 4 3 3 3.4 1.6 3.4 "
    "C 3 3.4 4 3.9 4 5.2 C 4 7.6 0.6 7.6 0 5.6",
    "4": "M 3 7 L 3 0 L 0 4.9 L 4 4.9",
    "5": "M 3.8 0 L 0.4 0 L 0.1 3.2 C 1 2.2 4 2.2 4 4.7 C 4 7.7 0.6 7.5 0 5.7",
    "6": "M 3.7 0.9 C 1.6 -1.2 0 1.2 0 4.7 C 0 7.75 4 7.75 4 4.8 C 4 2.1 0.4 2.1 0 4.6",
    "7": "M 0 0 L 4 0 L 1.3 7",
    "8": "M 2 3.3 C -0.5 3.3 -0.3 0 2 0 C 4.3 0 4.5 3.3 2 3.3 "
    "C -0.7 3.3 -0.7 7 2 7 C 4.7 7 4.7 3.3 2 3.3",
    "9": "M 0.3 6.1 C 2.4 8.2 4 5.8 4 2.3 C 4 -0.75 0 -0.75 0 2.2 C 0 4.9 3.6 4.9 4 2.4",
    "h": "M 0 0 L 0 7 M 0 4.4 C 0 2 4 2 4 4.4 L 4 7",
    "\N{INFINITY}": "M 2 3.5 C 0.8 0.6 0 1.6 0 3.5 C 0 5.4 0.8 6.4 2 3.5 "
    "C 3.2 0.6 4 1.6 4 3.5 C 4 5.4 3.2 6.4 2 3.5",
}

# Straight lines for sizes at which they are one pixel wide and lie on the grid.
STRAIGHT = {
    "0": "M 0 0 L 4 0 L 4 7 L 0 7 Z",
    "1": "M 0 1.2 L 2 0 L 2 7",
    "2": "M 0 0 L 4 0 L 4 3.5 L 0 3.5 L 0 7 L 4 7",
    "3": "M 0 0 L 4 0 L 4 7 L 0 7 M 1 3.5 L 4 3.5",
    "4": "M 0 0 L 0 3.5 L 4 3.5 M 4 0 L 4 7",
    "5": "M 4 0 L 0 0 L 0 3.5 L 4 3.5 L 4 7 L 0 7",
    "6": "M 4 0 L 0 0 L 0 7 L 4 7 L 4 3.5 L 0 3.5",
    "7": "M 0 0 L 4 0 L 4 1.2 L 1.3 7",
    "8": "M 0 0 L 4 0 L 4 7 L 0 7 Z M 0 3.5 L 4 3.5",
    "9": "M 4 3.5 L 0 3.5 L 0 0 L 4 0 L 4 7 L 0 7",
    "h": "M 0 0 L 0 7 M 0 3.5 L 4 3.5 L 4 7",
    "\N{INFINITY}": ROUND["\N{INFINITY}"],
}

_NUMBERS = {"M": 2, "L": 2, "C": 6, "Z": 0}


def path(text: str) -> QPainterPath:
    """The path that ``text`` describes.  Raises KeyError for another letter than M, L, C, Z."""
    drawn = QPainterPath()
    words = iter(text.split())
    for letter in words:
        numbers = [float(next(words)) for _ in range(_NUMBERS[letter])]
        match letter:
            case "M":
                drawn.moveTo(*numbers)
            case "L":
                drawn.lineTo(*numbers)
            case "C":
                drawn.cubicTo(*numbers)
            case "Z":
                drawn.closeSubpath()
    return drawn
