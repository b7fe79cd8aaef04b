"""The icon is seen on any panel, in every state."""

import itertools
import math
import sys

import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from alpkey.desktop import drawing
from alpkey.desktop.views.icon_state import IconShape, IconView

VIEWS = [
    IconView(IconShape.NUMBER, "13", 5),
    IconView(IconShape.NUMBER, "42", 1, expiring=True),
    IconView(IconShape.RING, "", 5),
    IconView(IconShape.RING, "", 1, expiring=True),
    IconView(IconShape.EXPIRED),
    IconView(IconShape.MISSING),
    IconView(IconShape.WORKING),
    IconView(IconShape.WARNING),
]

DOTTED = [view._replace(dot=True) for view in VIEWS]


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    lights = sorted((luminance(first), luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


PANELS = ["white", "black", "#808080"]
PANEL_SIZES_PX = [16, 22, 24, 32, 64]
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)
EVERY_SIZE_PX = drawing.sizes_px(2.0)
DIRECTIONS = 48
# In what part of all directions the edge has to be seen: dashes and the arrow leave gaps, and at
# 16 px the dark rim of the red disc is one pixel wide.
GAPS = {IconShape.WORKING: 0.6, IconShape.EXPIRED: 0.65}
EXPIRING_SEEN, WHOLE_SEEN = 0.5, 0.8


def edge_seen(view: IconView) -> float:
    return EXPIRING_SEEN if view.expiring else GAPS.get(view.shape, WHOLE_SEEN)


def on_panel(view: IconView, size_px: int, panel: str) -> QImage:
    image = QImage(size_px, size_px, QImage.Format.Format_RGB32)
    image.fill(QColor(panel))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, drawing.pixmap(view, size_px))
    painter.end()
    return image


def pixels(image: QImage, within: float = 1.0) -> list[QColor]:
    """The pixels of the middle, or of all: ``within`` is the part of the width."""
    size_px = image.width()
    middle, half = size_px / 2, size_px * within / 2
    span = range(round(middle - half), round(middle + half))
    return [image.pixelColor(x, y) for x in span for y in span]


def outline(image: QImage, panel: QColor) -> float:
    """In what part of all directions something stands out at least 3:1 from the panel."""
    size = image.width()

    def stands_out(direction: float) -> bool:
        points = (
            QPointF(0.5 + part * math.cos(direction), 0.5 + part * math.sin(direction)) * size
            for part in (0.2 + step * 0.29 / 12 for step in range(13))
        )
        seen = {(int(point.x()), int(point.y())) for point in points}
        return any(contrast(image.pixelColor(x, y), panel) >= 3 for x, y in seen)

    return sum(stands_out(math.tau * n / DIRECTIONS) for n in range(DIRECTIONS)) / DIRECTIONS


def name(view: IconView) -> str:
    return f"{view.shape.value}{'-expiring' if view.expiring else ''}"


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("view", VIEWS, ids=name)
def test_its_outline_stands_out(qtbot: QtBot, view: IconView, panel: str) -> None:
    for size_px in EVERY_SIZE_PX:
        assert outline(on_panel(view, size_px, panel), QColor(panel)) >= edge_seen(view), size_px


@pytest.mark.parametrize("scale", SCALES)
def test_every_panel_finds_its_size_drawn_and_not_stretched(qtbot: QtBot, scale: float) -> None:
    drawn = drawing.icon(VIEWS[0], scale=scale)
    for size in drawing.SIZES_PX:
        size_px = int(size * scale + 0.5)
        shown = drawn.pixmap(QSize(size_px, size_px)).toImage()
        fresh = drawing.pixmap(VIEWS[0], size_px).toImage()
        assert shown.convertToFormat(fresh.format()) == fresh, size


def test_few_sizes_where_nothing_is_scaled() -> None:
    """All of them are sent to the panel whenever the icon changes."""
    assert drawing.sizes_px(1.0) == list(drawing.SIZES_PX)
    assert drawing.sizes_px(3.0) == EVERY_SIZE_PX


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("size_px", PANEL_SIZES_PX)
@pytest.mark.parametrize("number", ["13", "4", "20", "1h"])
def test_the_number_is_read_on_any_panel(
    qtbot: QtBot, number: str, size_px: int, panel: str
) -> None:
    """What stands around the digits is ours, so their contrast is the same everywhere."""
    middle = pixels(on_panel(IconView(IconShape.NUMBER, number, 5), size_px, panel), 0.4)
    light = [contrast(colour, QColor(drawing.DISC)) >= 4.5 for colour in middle]
    ground = [contrast(colour, QColor(drawing.INK)) >= 4.5 for colour in middle]
    assert sum(light) >= len(middle) * 0.1
    assert sum(ground) >= len(middle) * 0.25


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("size_px", [size for size in EVERY_SIZE_PX if size <= 32])
def test_states_are_distinguishable(qtbot: QtBot, size_px: int, panel: str) -> None:
    """By pixels of 3:1 that are an area seen without looking for it; larger ones are the same."""
    drawn = [pixels(on_panel(view, size_px, panel)) for view in VIEWS]
    for first, second in itertools.combinations(drawn, 2):
        differ = sum(contrast(a, b) >= 3 for a, b in zip(first, second, strict=True))
        assert differ >= 6 * (size_px / 16) ** 2


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("size_px", PANEL_SIZES_PX)
@pytest.mark.parametrize("view", VIEWS, ids=name)
def test_the_dot_of_open_tunnels_is_seen_in_its_corner(
    qtbot: QtBot, view: IconView, size_px: int, panel: str
) -> None:
    """Bright in a dark gap on any panel, and the rest of the icon is as without it."""
    plain, dotted = (
        on_panel(view, size_px, panel),
        on_panel(view._replace(dot=True), size_px, panel),
    )
    middle = dotted.pixelColor(size_px * 55 // 64, size_px * 55 // 64)
    assert contrast(middle, QColor(drawing.DISC)) >= 4.5
    changed = [
        (x, y)
        for x in range(size_px)
        for y in range(size_px)
        if plain.pixelColor(x, y) != dotted.pixelColor(x, y)
    ]
    assert min(min(at) for at in changed) >= math.floor(size_px * 0.65)


def test_every_state_has_another_shape(qtbot: QtBot) -> None:
    """Told apart without colour: as a mask only the alpha channel is left."""
    masks = [drawing.pixmap(view, 32, mask=True).toImage() for view in (*VIEWS, *DOTTED)]
    for first, second in itertools.combinations(masks, 2):
        assert first != second


def test_the_same_view_is_the_same_icon(qtbot: QtBot) -> None:
    assert drawing.icon(VIEWS[0]) is drawing.icon(IconView(IconShape.NUMBER, "13", 5))


def test_drawing_takes_no_reference_from_none(qtbot: QtBot) -> None:
    """A binding that does aborts the tray after some days (seen with PySide6 6.12.0)."""
    before = sys.getrefcount(None)
    for view in VIEWS:
        drawing.pixmap(view, 16)
    assert sys.getrefcount(None) > before - 50
