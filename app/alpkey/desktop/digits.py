"""Digits as strokes, each in a box of 10 by 18: crisp at 16 pixels, and without a font."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

WIDTH, HEIGHT, GAP = 10.0, 18.0, 6.0

# Strokes by their points.  Two points are joined by a line; "c" is followed by the two control
# points and the end of a curve, "o" by the centre and the two radii of an ellipse.
_STROKES: dict[str, tuple[tuple[str | float, ...], ...]] = {
    "0": (("o", 5, 9, 5, 9),),
    "1": ((1.5, 3.5, 6, 0, 6, 18),),
    "2": ((0, 4.5, "c", 0.5, -1.5, 10, -1.5, 10, 5, "c", 10, 10, 0, 14, 0, 18, 10, 18),),
    "3": (
        (0, 2, "c", 3, -1, 9.5, -1, 9.5, 4.5, "c", 9.5, 8, 7, 8.7, 4, 8.7),
        (4, 8.7, "c", 7, 8.7, 10, 9.7, 10, 13.2, "c", 10, 19, 3, 19.2, 0, 16),
    ),
    "4": ((7.5, 18, 7.5, 0, 0, 12.5, 10.5, 12.5),),
    "5": ((9, 0, 1.5, 0, 1, 8, "c", 3, 6, 10, 6, 10, 12.3, "c", 10, 19, 3, 19.2, 0, 16),),
    "6": ((8, 0, "c", 3, 2, 0, 8, 0, 13), ("o", 5, 13, 5, 5)),
    "7": ((0, 0, 10, 0, 4, 18),),
    "8": (("o", 5, 4.3, 4.2, 4.3), ("o", 5, 13.3, 5, 4.7)),
    "9": (("o", 5, 5, 5, 5), (10, 5, "c", 10, 10, 7, 16, 2, 18)),
    "\N{INFINITY}": (("o", 0, 9, 5, 4.5), ("o", 10, 9, 5, 4.5)),
}


def strokes(number: str) -> QPainterPath:
    """The strokes of ``number`` around the origin; a letter that is no digit is left out."""
    path = QPainterPath()
    width = len(number) * (WIDTH + GAP) - GAP
    left = -width / 2
    for letter in number:
        for points in _STROKES.get(letter, ()):
            path.addPath(_stroke(points).translated(left, -HEIGHT / 2))
        left += WIDTH + GAP
    return path


def _stroke(points: tuple[str | float, ...]) -> QPainterPath:
    path = QPainterPath()
    rest = list(points)
    if rest[0] == "o":
        x, y, width, height = _numbers(rest, 1, 4)
        path.addEllipse(QPointF(x, y), width, height)
        return path
    path.moveTo(*_numbers(rest, 0, 2))
    while rest:
        if rest[0] == "c":
            path.cubicTo(*_numbers(rest, 1, 6))
        else:
            path.lineTo(*_numbers(rest, 0, 2))
    return path


def _numbers(rest: list[str | float], skipped: int, count: int) -> list[float]:
    """Remove ``count`` numbers from the front of ``rest``, after ``skipped`` items."""
    taken = [float(number) for number in rest[skipped : skipped + count]]
    del rest[: skipped + count]
    return taken
