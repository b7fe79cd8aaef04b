"""The icon is seen on any panel, in every state."""

import itertools
import sys

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from alpkey.desktop import drawing
from alpkey.desktop.views import IconView, Ring, Sign

VIEWS = [
    IconView(Sign.NUMBER, "13", Ring.FULL, 5),
    IconView(Sign.NUMBER, "13", Ring.DASHED, 5),
    IconView(Sign.CROSSED),
    IconView(Sign.HOLLOW, "", Ring.DOTTED, 8),
    IconView(Sign.WORKING, "", Ring.FULL, 5),
    IconView(Sign.WARNING, "", Ring.FULL, 5),
]


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("panel", ["white", "black", "#808080"])
@pytest.mark.parametrize("size_px", [16, 22, 24, 32, 64])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.sign.value}-{view.ring.value}")
def test_it_stands_out(qtbot: QtBot, view: IconView, size_px: int, panel: str) -> None:
    ground = QColor(panel)
    image = QImage(size_px, size_px, QImage.Format.Format_RGB32)
    image.fill(ground)
    painter = QPainter(image)
    painter.drawPixmap(0, 0, drawing.pixmap(view, size_px))
    painter.end()
    pixels = (image.pixelColor(x, y) for x in range(size_px) for y in range(size_px))
    seen = sum(contrast(one, ground) >= 3 for one in pixels)
    assert seen >= size_px * size_px * 0.05


def test_every_state_has_another_shape(qtbot: QtBot) -> None:
    """Told apart without colour: as a mask only the alpha channel is left."""
    masks = [drawing.pixmap(view, 32, mask=True).toImage() for view in VIEWS]
    for one, other in itertools.combinations(masks, 2):
        assert one != other


def test_the_same_view_is_the_same_icon(qtbot: QtBot) -> None:
    assert drawing.icon(VIEWS[0]) is drawing.icon(IconView(Sign.NUMBER, "13", Ring.FULL, 5))


def test_drawing_takes_no_reference_from_none(qtbot: QtBot) -> None:
    """A binding that does aborts the tray after some days (seen with PySide6 6.12.0)."""
    before = sys.getrefcount(None)
    for view in VIEWS:
        drawing.pixmap(view, 16)
    assert sys.getrefcount(None) > before - 50
