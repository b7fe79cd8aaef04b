"""The icon: a key whose bow is a ring with the hours left in it.

Drawn on a field of 64 by 64 in white with a dark outline, so that it is seen on any panel.  Where
the desktop colours the icon itself (macOS) only the shape is drawn.
"""

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from alpkey.desktop.digits import strokes
from alpkey.desktop.views import RING_STEPS, IconView, Ring, Sign

SIZES_PX = (16, 22, 24, 32, 44, 48, 64, 96, 128)
FIELD = 64.0
INK, EDGE = QColor("#ffffff"), QColor("#1b1f24")
_CENTRE = QPointF(28, 28)
_RADIUS = 23.0
_STROKE = 5.5
_OUTLINE = 4.0


@lru_cache(maxsize=256)
def icon(view: IconView, mask: bool = False) -> QIcon:
    """The icon in every size that panels ask for; the same object for the same view."""
    drawn = QIcon()
    for size_px in SIZES_PX:
        drawn.addPixmap(pixmap(view, size_px, mask))
    drawn.setIsMask(mask)
    return drawn


def pixmap(view: IconView, size_px: int, mask: bool = False) -> QPixmap:
    """One drawing of ``size_px`` by ``size_px`` pixels."""
    canvas = QPixmap(size_px, size_px)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size_px / FIELD, size_px / FIELD)
    if not mask:
        _draw(painter, view, EDGE, _OUTLINE)
    _draw(painter, view, QColor("black") if mask else INK, 0.0)
    painter.end()
    return canvas


def _draw(painter: QPainter, view: IconView, colour: QColor, wider: float) -> None:
    """All strokes once; the outline is the same strokes, wider and dark, under the others."""
    _ring(painter, view, colour, wider)
    _shaft(painter, view, colour, wider)
    _SIGNS[view.sign](painter, view, colour, wider)


def _ring(painter: QPainter, view: IconView, colour: QColor, wider: float) -> None:
    box = QRectF(_CENTRE.x() - _RADIUS, _CENTRE.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
    thin = _pen(colour, 1.6 + wider)
    painter.setPen(thin)
    painter.drawEllipse(box)
    pen = _pen(colour, _STROKE + wider)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if not wider and view.ring is not Ring.FULL:
        pen.setDashPattern([1.4, 1.0] if view.ring is Ring.DASHED else [0.6, 1.0])
    painter.setPen(pen)
    painter.drawArc(box, 90 * 16, -view.eighths * 360 * 16 // RING_STEPS)


def _shaft(painter: QPainter, view: IconView, colour: QColor, wider: float) -> None:
    hollow = view.sign is Sign.HOLLOW and not wider
    painter.setPen(_pen(colour, 2.0 if hollow else _STROKE + wider))
    painter.drawLine(QPointF(45, 45), QPointF(59, 59))
    painter.drawLine(QPointF(53, 53), QPointF(58, 48))


def _number(painter: QPainter, view: IconView, colour: QColor, wider: float) -> None:
    painter.setPen(_pen(colour, 4.2 + wider))
    painter.drawPath(strokes(view.number, _CENTRE))


def _cross(painter: QPainter, _view: IconView, colour: QColor, wider: float) -> None:
    painter.setPen(_pen(colour, _STROKE + wider))
    painter.drawLine(QPointF(18, 18), QPointF(38, 38))
    painter.drawLine(QPointF(38, 18), QPointF(18, 38))


def _dots(painter: QPainter, _view: IconView, colour: QColor, wider: float) -> None:
    painter.setPen(_pen(colour, 7 + wider))
    for x in (17, 28, 39):
        painter.drawPoint(QPointF(x, 28))


def _hollow(painter: QPainter, _view: IconView, colour: QColor, wider: float) -> None:
    painter.setPen(_pen(colour, 3 + wider))
    painter.drawEllipse(_CENTRE, 7, 7)


def _triangle(painter: QPainter, _view: IconView, colour: QColor, wider: float) -> None:
    painter.setPen(_pen(colour, 3.5 + wider))
    painter.drawPolygon([QPointF(28, 13), QPointF(42, 38), QPointF(14, 38)])
    painter.drawLine(QPointF(28, 22), QPointF(28, 29))
    painter.drawPoint(QPointF(28, 34))


_SIGNS: dict[Sign, Callable[[QPainter, IconView, QColor, float], None]] = {
    Sign.NUMBER: _number,
    Sign.CROSSED: _cross,
    Sign.HOLLOW: _hollow,
    Sign.WORKING: _dots,
    Sign.WARNING: _triangle,
}


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(
        colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )
