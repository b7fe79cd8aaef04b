"""The icon: a key whose bow is a ring with the hours left in it.

Drawn on a field of 64 by 64 in white on a dark disc with a dark outline, so that it is read on any
panel: nobody tells us its colour.  Where the desktop colours the icon itself (macOS) only the
strokes are drawn.
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
_RADIUS = 23.5
_STROKE = 5.5
_OUTLINE = 5.0
_TURN = 360 * 16
_EIGHTH = _TURN // RING_STEPS
# How much of each eighth of the ring is drawn: thinner gaps are not seen at 16 px.
_DRAWN = {Ring.FULL: _EIGHTH, Ring.DASHED: _EIGHTH * 5 // 9, Ring.DOTTED: _EIGHTH * 2 // 9}


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
        _disc(painter)
        _shaft(painter, view, EDGE, _OUTLINE)
    ink = QColor("black") if mask else INK
    _ring(painter, view, ink)
    _shaft(painter, view, ink)
    _SIGNS[view.sign](painter, view, ink)
    painter.end()
    return canvas


def _disc(painter: QPainter) -> None:
    radius = _RADIUS + (_STROKE + _OUTLINE) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(EDGE)
    painter.drawEllipse(_CENTRE, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _ring(painter: QPainter, view: IconView, colour: QColor) -> None:
    """The eighths that are left, from twelve o'clock on as a clock runs; nothing says none."""
    box = QRectF(_CENTRE.x() - _RADIUS, _CENTRE.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
    pen = _pen(colour, _STROKE)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    for eighth in range(view.eighths):
        painter.drawArc(box, _TURN // 4 - eighth * _EIGHTH, -_DRAWN[view.ring])


def _shaft(painter: QPainter, view: IconView, colour: QColor, wider: float = 0.0) -> None:
    hollow = view.sign is Sign.HOLLOW and not wider
    painter.setPen(_pen(colour, 2.0 if hollow else _STROKE + wider))
    painter.drawLine(QPointF(46, 46), QPointF(59, 59))
    painter.drawLine(QPointF(53, 53), QPointF(58, 48))


def _number(painter: QPainter, view: IconView, colour: QColor) -> None:
    """The number; a dot behind it tells the last hours from the others without any colour."""
    with_dot = view.ring is Ring.DASHED
    room = len(view.number) + with_dot
    painter.save()
    painter.translate(_CENTRE)
    if room == 1:
        painter.scale(1.3, 1.3)
    painter.setPen(_pen(colour, 4.2))
    number = strokes(view.number).translated(-3.5 if with_dot else 0, 0)
    painter.drawPath(number)
    if with_dot:
        painter.setPen(_pen(colour, 5))
        painter.drawPoint(number.boundingRect().bottomRight() + QPointF(6, 0))
    painter.restore()


def _cross(painter: QPainter, _view: IconView, colour: QColor) -> None:
    painter.setPen(_pen(colour, _STROKE))
    painter.drawLine(QPointF(18, 18), QPointF(38, 38))
    painter.drawLine(QPointF(38, 18), QPointF(18, 38))


def _dots(painter: QPainter, _view: IconView, colour: QColor) -> None:
    painter.setPen(_pen(colour, 7))
    for x in (17, 28, 39):
        painter.drawPoint(QPointF(x, 28))


def _hollow(painter: QPainter, _view: IconView, colour: QColor) -> None:
    painter.setPen(_pen(colour, 3))
    painter.drawEllipse(_CENTRE, 7, 7)


def _triangle(painter: QPainter, _view: IconView, colour: QColor) -> None:
    painter.setPen(_pen(colour, 3.5))
    painter.drawPolygon([QPointF(28, 13), QPointF(42, 38), QPointF(14, 38)])
    painter.drawLine(QPointF(28, 22), QPointF(28, 29))
    painter.drawPoint(QPointF(28, 34))


_SIGNS: dict[Sign, Callable[[QPainter, IconView, QColor], None]] = {
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
