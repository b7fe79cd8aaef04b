"""The icon: a key whose bow is a ring with the hours left in it, or a bolder ring alone.

Drawn on a field of 64 by 64 in white on a dark disc with a dark outline, so that it is readable on
any panel, whose colour is unknown.  Where the desktop colours the icon itself (macOS) only the
strokes are drawn.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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

from alpkey.desktop.digits import strokes
from alpkey.desktop.views.icon_state import RING_STEPS, IconShape, IconView, Ring

SIZES_PX = (16, 22, 24, 32, 44, 48, 64)
LARGEST_SCALE = 2.0
FIELD = 64.0
INK, EDGE = "#ffffff", "#1b1f24"
MASK = "#000000"
_CENTRE = QPointF(28, 28)
_RADIUS = 23.5
_STROKE = 5.5
_BARE_STROKE = 9.0  # the boldest that leaves gaps between the dashes
_PAST_STROKE = 2.5  # the part of the ring that has passed; it shows the edge on a dark panel
_OUTLINE = 5.0
_CORNER, _DOT = QPointF(55, 9), 6.5
_EIGHTH = 360.0 / RING_STEPS
# How much of each eighth of the ring is drawn: thinner gaps are invisible at 16 px.
_DRAWN = {Ring.DASHED: _EIGHTH * 5 / 9, Ring.DOTTED: _EIGHTH * 3 / 9}


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
    painter.scale(size_px / FIELD, size_px / FIELD)
    shapes = _shapes(view)
    if not mask:
        _fill(painter, shapes.edge, EDGE)
    _fill(painter, shapes.ink, MASK if mask else INK)
    if view.dot:
        _draw_dot(painter, mask)
    painter.end()
    return canvas


def _draw_dot(painter: QPainter, mask: bool) -> None:
    """The dot of open tunnels; its outline separates it from the ring; in a mask that is a gap."""
    around, over = [_disc(_CORNER, _DOT + _OUTLINE / 2)], painter.compositionMode()
    if mask:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    _fill(painter, around, EDGE)
    painter.setCompositionMode(over)
    _fill(painter, [_disc(_CORNER, _DOT)], MASK if mask else INK)


def _fill(painter: QPainter, areas: Iterable[QPainterPath], colour: str) -> None:
    """Fill the areas with a brush made from one pixel.

    A brush or a pen made from a colour lets PySide6 build all of its ``Qt`` namespace, which takes
    a tenth of the tray's start.
    """
    pixel = QPixmap(1, 1)
    pixel.fill(QColor(colour))
    brush = QBrush(pixel)
    for area in areas:
        painter.fillPath(area, brush)


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Areas to fill on the field: first the dark ground and outline, then what is read."""

    edge: tuple[QPainterPath, ...]
    ink: tuple[QPainterPath, ...]


@lru_cache(maxsize=8)
def _shapes(view: IconView) -> _Shapes:
    ground = _disc(_CENTRE, _RADIUS + (_STROKE + _OUTLINE) / 2)
    shaft = _stroke(_shaft(), 2.0 if view.shape is IconShape.HOLLOW else _STROKE)
    return _Shapes(
        edge=(ground, *_stroke(_shaft(), _STROKE + _OUTLINE)),
        ink=(*_ring(view), *shaft, *_SHAPES[view.shape](view)),
    )


def _stroke(path: QPainterPath, width: float, *, round_ends: bool = True) -> list[QPainterPath]:
    """The path as a line of this width, its ends and corners round."""
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    ends = [_disc(joint, width / 2) for joint in _joints(path)] if round_ends else []
    return [stroker.createStroke(path), *ends]


def _disc(centre: QPointF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(centre, radius, radius)
    return path


def _joints(path: QPainterPath) -> Iterator[QPointF]:
    """Where lines and curves end or meet; a curve is two control points and its end."""
    number = 0
    while number < path.elementCount():
        if path.elementAt(number).isCurveTo():
            number += 2
        element = path.elementAt(number)
        yield QPointF(element.x, element.y)
        number += 1


def _ring(view: IconView) -> Iterator[QPainterPath]:
    """The eighths that are left, clockwise from twelve o'clock; the others as a thin line."""
    stroke = _BARE_STROKE if view.shape is IconShape.BARE else _STROKE
    radius = _RADIUS - (stroke - _STROKE) / 2
    # A stroke ends in half a square, which is so many degrees of the ring.
    cap = math.degrees(stroke / 2 / radius)
    box = QRectF(_CENTRE.x() - radius, _CENTRE.y() - radius, 2 * radius, 2 * radius)
    whole = view.ring is Ring.FULL
    past = RING_STEPS - view.eighths
    if past:
        path = QPainterPath()
        path.arcMoveTo(box, 90.0)
        path.arcTo(box, 90.0, past * _EIGHTH)
        yield from _stroke(path, _PAST_STROKE, round_ends=False)
    length = view.eighths * _EIGHTH if whole else _DRAWN[view.ring]
    for eighth in range(min(view.eighths, 1) if whole else view.eighths):
        start = 90.0 - eighth * _EIGHTH - cap
        path = QPainterPath()
        path.arcMoveTo(box, start)
        path.arcTo(box, start, 2 * cap - length)
        yield from _stroke(path, stroke, round_ends=False)


def _lines(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    return path


def _shaft() -> QPainterPath:
    path = _lines((46, 46), (59, 59))
    path.addPath(_lines((53, 53), (58, 48)))
    return path


def _number(view: IconView) -> list[QPainterPath]:
    """The number; a dot after it marks the last hours without any colour."""
    with_dot = view.ring is Ring.DASHED
    scale = 1.3 if len(view.number) + with_dot == 1 else 1.0
    place = QTransform.fromTranslate(_CENTRE.x() - (3.5 if with_dot else 0), _CENTRE.y())
    number = place.scale(scale, scale).map(strokes(view.number))
    dot = [_disc(number.boundingRect().bottomRight() + QPointF(6, 0), 2.5)] if with_dot else []
    return [*_stroke(number, 3.8 * scale), *dot]


def _bare(view: IconView) -> list[QPainterPath]:
    """Nothing; a dot in the last hours, as beside the number."""
    return [_disc(_CENTRE, 6.5)] if view.ring is Ring.DASHED else []


def _cross(_view: IconView) -> list[QPainterPath]:
    cross = _lines((18, 18), (38, 38))
    cross.addPath(_lines((38, 18), (18, 38)))
    return _stroke(cross, _STROKE)


def _dots(_view: IconView) -> list[QPainterPath]:
    return [_disc(QPointF(x, 28), 3.5) for x in (17, 28, 39)]


def _hollow(_view: IconView) -> list[QPainterPath]:
    return _stroke(_disc(_CENTRE, 7), 3, round_ends=False)


def _triangle(_view: IconView) -> list[QPainterPath]:
    sign = _lines((28, 13), (42, 38), (14, 38), (28, 13))
    sign.addPath(_lines((28, 22), (28, 29)))
    return [*_stroke(sign, 3.5), _disc(QPointF(28, 34), 1.75)]


_SHAPES: dict[IconShape, Callable[[IconView], list[QPainterPath]]] = {
    IconShape.NUMBER: _number,
    IconShape.BARE: _bare,
    IconShape.CROSSED: _cross,
    IconShape.HOLLOW: _hollow,
    IconShape.WORKING: _dots,
    IconShape.WARNING: _triangle,
}
