"""The icon: a ring with the hours left in it, white on a dark disc, so that any panel shows it.

All lengths are parts of the size, and digits lie on whole pixels.  Where the desktop colours the
icon itself (macOS) only the ink is drawn.
"""

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPixmap,
    QTransform,
)

from alpkey.desktop import digits
from alpkey.desktop.views.icon_state import RING_STEPS, IconShape, IconView

SIZES_PX = (16, 22, 24, 32, 44, 48, 64)
LARGEST_SCALE = 2.0
INK, DISC, AMBER, RED, GREEN = "#ffffff", "#15191f", "#ffc44d", "#b3261e", "#6fdc8c"
MASK = "#000000"
# Below this size digits are straight lines of one pixel.
SMALL_PX = 20

_RIM, _STROKE, _THIN_STROKE = 1 / 22, 1 / 11, 1 / 18
_SMALL_STROKE, _RING_STROKE = 0.85 * _STROKE, 1.7 * _STROKE
_PAST_OPACITY = 0.34  # of the part of the ring that has passed
_STEP = 360 / RING_STEPS
_DASH, _DASH_GAP = 27.0, 9.0  # degrees
_DOT, _DOT_CENTRE = 0.13, 0.86


@lru_cache(maxsize=8)
def icon(view: IconView, mask: bool = False, scale: float = 1.0) -> QIcon:
    """The icon in every size that panels ask for; the same object for the same view.

    ``scale`` is the largest of the screens'.  Few icons are cached: each is sent to the panel as a
    whole, and one that is needed again after hours is simply drawn again.
    """
    drawn = QIcon()
    for size_px in sizes_px(scale):
        drawn.addPixmap(pixmap(view, size_px, mask))
    drawn.setIsMask(mask)
    return drawn


def sizes_px(scale: float) -> list[int]:
    """The sizes in pixels of the screen, at every quarter step from 1 up to ``scale``.

    A desktop that scales by one and a half may report 2, so the steps below are included.
    """
    last = math.ceil(4 * min(scale, LARGEST_SCALE))
    return sorted({int(size * step / 4 + 0.5) for size in SIZES_PX for step in range(4, last + 1)})


def pixmap(view: IconView, size_px: int, mask: bool = False) -> QPixmap:
    """One drawing of ``size_px`` by ``size_px`` pixels."""
    canvas = QPixmap(size_px, size_px)
    canvas.fill(QColor(0, 0, 0, 0))
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing = _Drawing(painter, size_px, mask)
    if view.shape is IconShape.WARNING:
        drawing.triangle()
    else:
        drawing.round(view)
    if view.dot:
        drawing.dot()
    painter.end()
    return canvas


class _Drawing:
    """One icon under way; lengths in pixels, angles in degrees from the top, clockwise."""

    def __init__(self, painter: QPainter, size_px: int, mask: bool) -> None:
        self._painter = painter
        self._size = size_px
        self._mask = mask
        self._rim = 0.0 if mask else size_px * _RIM

    def round(self, view: IconView) -> None:
        if not self._mask:
            self._fill(_disc(self._point(0.5, 0.5), self._size / 2), DISC)
        match view.shape:
            case IconShape.NUMBER:
                self._ring(view, _SMALL_STROKE if self._size < SMALL_PX else _STROKE)
                self._number(view.number)
            case IconShape.RING:
                self._ring(view, _RING_STROKE)
            case IconShape.EXPIRED:
                if not self._mask:  # the rim stays dark: red and grey are too alike
                    self._rim = max(self._rim, 1.0)
                    self._fill(_disc(self._point(0.5, 0.5), self._size / 2 - self._rim), RED)
                self._arc(0, 360, max(_THIN_STROKE, 1 / self._size))
                self._exclamation_mark(0.25, 0.58, 0.74)
            case IconShape.MISSING:
                self._arc(0, 360, _THIN_STROKE)
                self._plus()
            case IconShape.WORKING:
                self._arrow()

    def triangle(self) -> None:
        outline = QPainterPath(self._point(0.5, 0.135))
        outline.lineTo(self._point(0.9, 0.85))
        outline.lineTo(self._point(0.1, 0.85))
        outline.closeSubpath()
        if not self._mask:
            self._fill(_line(outline, self._size * _STROKE + max(3 * self._rim, 2.8)), DISC)
            self._fill(outline, DISC)
        self._fill(_line(outline, self._size * _STROKE), AMBER)
        self._exclamation_mark(0.4, 0.62, 0.74)

    def dot(self) -> None:
        """The dot of open tunnels, with a gap around it."""
        centre, radius = self._point(_DOT_CENTRE, _DOT_CENTRE), self._size * _DOT
        over = self._painter.compositionMode()
        if self._mask:
            self._painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        self._fill(_disc(centre, radius * 1.5), DISC)
        self._painter.setCompositionMode(over)
        self._fill(_disc(centre, radius), GREEN)

    def _ring(self, view: IconView, stroke: float) -> None:
        if view.expiring:
            for step in range(RING_STEPS):
                self._arc(step * _STEP + _DASH_GAP, _DASH, stroke, AMBER)
            return
        left = view.eighths * _STEP
        if left < 360:
            self._arc(left, 360 - left, stroke, opacity=_PAST_OPACITY)
        self._arc(0, left, stroke)

    def _arc(
        self,
        start: float,
        span: float,
        stroke: float,
        colour: str = INK,
        *,
        opacity: float = 1.0,
        inset: float = 0.0,
    ) -> None:
        """A piece of the ring, as the area between two circles: its ends are cut straight."""
        outer = self._square(self._rim + inset * self._size)
        inner = self._square(self._rim + (inset + stroke) * self._size)
        area = QPainterPath()
        if span >= 360:
            area.addEllipse(outer)
            area.addEllipse(inner)  # the odd-even rule leaves this one out
        else:
            area.arcMoveTo(outer, 90 - start)
            area.arcTo(outer, 90 - start, -span)
            area.arcTo(inner, 90 - start - span, span)
            area.closeSubpath()
        self._fill(area, colour, opacity)

    def _arrow(self) -> None:
        """Most of a circle, with an arrow head at its end."""
        inset, end = 0.07, 310.0
        stroke = _SMALL_STROKE if self._size < SMALL_PX else _STROKE
        self._arc(50, end - 50, stroke, inset=inset)
        turn = math.radians(end)
        out = QPointF(math.sin(turn), -math.cos(turn))
        along = QPointF(math.cos(turn), math.sin(turn))
        radius = self._size * (0.5 - inset - stroke / 2) - self._rim
        tail = self._point(0.5, 0.5) + out * radius
        half = self._size * 0.155
        head = QPainterPath(tail + along * (self._size * 0.26) - out * (half / 2))
        head.lineTo(tail + out * half)
        head.lineTo(tail - out * half)
        head.closeSubpath()
        self._fill(head, INK)

    def _number(self, number: str) -> None:
        small = self._size < SMALL_PX
        letters = digits.STRAIGHT if small else digits.ROUND
        wide, high = int(0.245 * self._size + 0.5), int(0.41 * self._size + 0.5)
        gap = max(1, int(self._size / 18 + 0.5))
        stroke = 1.0 if small else self._size / 12.5
        known = [letter for letter in number if letter in letters]
        widths = [_letter_width(letter, wide) for letter in known]
        left = int((self._size - sum(widths) - gap * (len(known) - 1)) / 2 + 0.25)
        top = int((self._size - high) / 2 + 0.25)
        for letter, width in zip(known, widths, strict=True):
            across = (width - stroke) / (digits.WIDTH / 2 if letter == "1" else digits.WIDTH)
            down = (high - stroke) / digits.HEIGHT
            place = QTransform.fromTranslate(left + stroke / 2, top + stroke / 2)
            path = place.scale(across, down).map(digits.path(letters[letter]))
            self._fill(_line(path, stroke, square=small), INK)
            left += width + gap

    def _exclamation_mark(self, top: float, bottom: float, dot: float) -> None:
        width = self._even(0.118)
        left, high = (self._size - width) / 2, int(self._size * dot + 0.5) - width / 2
        length = int(self._size * (bottom - top) + 0.5)
        mark = QPainterPath()
        bar = QRectF(left, int(self._size * top + 0.5), width, length)
        mark.addRoundedRect(bar, width / 3, width / 3)
        mark.addRect(QRectF(left, high, width, width))
        self._fill(mark, INK)

    def _plus(self) -> None:
        reach, middle, width = int(self._size * 0.21 + 0.5), self._size / 2, self._even(0.1)
        for bar in (
            QRectF(middle - reach, middle - width / 2, 2 * reach, width),
            QRectF(middle - width / 2, middle - reach, width, 2 * reach),
        ):
            path = QPainterPath()
            path.addRect(bar)
            self._fill(path, INK)

    def _even(self, part: float) -> int:
        """A width that lies on whole pixels around the middle of an even size."""
        return 2 * max(1, int(self._size * part / 2 + 0.5))

    def _point(self, x: float, y: float) -> QPointF:
        return QPointF(x * self._size, y * self._size)

    def _square(self, inset: float) -> QRectF:
        return QRectF(inset, inset, self._size - 2 * inset, self._size - 2 * inset)

    def _fill(self, area: QPainterPath, colour: str, opacity: float = 1.0) -> None:
        """Fill the area with a brush made from one pixel.

        A brush or a pen made from a colour lets PySide6 build all of its ``Qt`` namespace, which
        takes a tenth of the tray's start.
        """
        shade = QColor(MASK if self._mask else colour)
        shade.setAlphaF(opacity)
        pixel = QPixmap(1, 1)
        pixel.fill(shade)
        self._painter.fillPath(area, QBrush(pixel))


def _letter_width(letter: str, wide: int) -> int:
    match letter:
        case "1":
            return int(wide * 0.7 + 0.5)
        case "\N{INFINITY}":
            return 2 * wide
        case _:
            return wide


def _disc(centre: QPointF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(centre, radius, radius)
    return path


def _line(path: QPainterPath, width: float, *, square: bool = False) -> QPainterPath:
    """The area of a line along the path; its corners are round, or square on the pixel grid.

    The stroker's own corners are set by names of the ``Qt`` namespace (see ``_fill``).
    """
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    area = stroker.createStroke(path)
    half = width / 2
    for joint in _joints(path):
        corner = QPainterPath()
        if square:
            corner.addRect(QRectF(joint.x() - half, joint.y() - half, width, width))
        else:
            corner.addEllipse(joint, half, half)
        area = area.united(corner)
    return area


def _joints(path: QPainterPath) -> list[QPointF]:
    """Where lines and curves end or meet; a curve is two control points and its end."""
    joints, number = [], 0
    while number < path.elementCount():
        if path.elementAt(number).isCurveTo():
            number += 2
        element = path.elementAt(number)
        joints.append(QPointF(element.x, element.y))
        number += 1
    return joints
