"""The icon is seen on any panel, in every state."""

import itertools
import math
import sys

import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from alpkey.desktop import drawing
from alpkey.desktop.views.icon_state import IconShape, IconView, Ring

VIEWS = [
    IconView(IconShape.NUMBER, "13", Ring.FULL, 5),
    IconView(IconShape.NUMBER, "13", Ring.DASHED, 5),
    IconView(IconShape.BARE, "", Ring.FULL, 5),
    IconView(IconShape.BARE, "", Ring.DASHED, 5),
    IconView(IconShape.CROSSED),
    IconView(IconShape.HOLLOW, "", Ring.DOTTED, 8),
    IconView(IconShape.WORKING, "", Ring.FULL, 5),
    IconView(IconShape.WARNING, "", Ring.FULL, 5),
    IconView(IconShape.WARNING, "", Ring.DASHED, 2),
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
# How much of the edge the dashes and the dots leave.
EDGE_SEEN = {Ring.FULL: 0.8, Ring.DASHED: 0.55, Ring.DOTTED: 0.3}


def on_panel(view: IconView, size_px: int, panel: str) -> QImage:
    image = QImage(size_px, size_px, QImage.Format.Format_RGB32)
    image.fill(QColor(panel))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, drawing.pixmap(view, size_px))
    painter.end()
    return image


def pixels(image: QImage, within: float = 1.0) -> list[QColor]:
    """The pixels of the middle of the bow, or of all: ``within`` is the part of the width."""
    size_px = image.width()
    if within == 1.0:
        span = range(size_px)
    else:
        middle, half = size_px * 28 / 64, size_px * within / 2
        span = range(round(middle - half), round(middle + half))
    return [image.pixelColor(x, y) for x in span for y in span]


def outline(image: QImage, panel: QColor) -> float:
    """In how many of all directions the edge of the bow stands out at least 3:1 from the panel."""
    scale = image.width() / 64

    def stands_out(direction: float) -> bool:
        points = (
            QPointF(28 + radius * math.cos(direction), 28 + radius * math.sin(direction)) * scale
            for radius in range(20, 29)
        )
        seen = {(int(point.x()), int(point.y())) for point in points}
        return any(contrast(image.pixelColor(x, y), panel) >= 3 for x, y in seen)

    return sum(stands_out(math.tau * n / DIRECTIONS) for n in range(DIRECTIONS)) / DIRECTIONS


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.shape.value}-{view.ring.value}")
def test_its_outline_stands_out(qtbot: QtBot, view: IconView, panel: str) -> None:
    for size_px in EVERY_SIZE_PX:
        seen = outline(on_panel(view, size_px, panel), QColor(panel))
        assert seen >= EDGE_SEEN[view.ring], size_px


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
@pytest.mark.parametrize("number", ["13", "4", "20"])
def test_the_number_is_read_on_any_panel(
    qtbot: QtBot, number: str, size_px: int, panel: str
) -> None:
    """What stands around the digits is ours, so their contrast is the same everywhere."""
    middle = pixels(on_panel(IconView(IconShape.NUMBER, number, Ring.FULL, 5), size_px, panel), 0.4)
    light = [contrast(colour, QColor(drawing.EDGE)) >= 4.5 for colour in middle]
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
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.shape.value}-{view.ring.value}")
def test_the_dot_of_open_tunnels_is_seen_in_its_corner(
    qtbot: QtBot, view: IconView, size_px: int, panel: str
) -> None:
    """White in dark on any panel, and the rest of the icon is as without it."""
    plain, dotted = (
        on_panel(view, size_px, panel),
        on_panel(view._replace(dot=True), size_px, panel),
    )
    middle = dotted.pixelColor(size_px * 55 // 64, size_px * 9 // 64)
    assert contrast(middle, QColor(drawing.EDGE)) >= 4.5
    changed = [
        (x, y)
        for x in range(size_px)
        for y in range(size_px)
        if plain.pixelColor(x, y) != dotted.pixelColor(x, y)
    ]
    dark = [at for at in changed if contrast(dotted.pixelColor(*at), QColor(drawing.INK)) >= 4.5]
    assert dark
    assert min(x for x, _ in changed) >= size_px * 0.65
    assert max(y for _, y in changed) <= size_px * 0.35


def test_every_state_has_another_shape(qtbot: QtBot) -> None:
    """Told apart without colour: as a mask only the alpha channel is left."""
    masks = [drawing.pixmap(view, 32, mask=True).toImage() for view in (*VIEWS, *DOTTED)]
    for first, second in itertools.combinations(masks, 2):
        assert first != second


def test_the_same_view_is_the_same_icon(qtbot: QtBot) -> None:
    assert drawing.icon(VIEWS[0]) is drawing.icon(IconView(IconShape.NUMBER, "13", Ring.FULL, 5))


def test_drawing_takes_no_reference_from_none(qtbot: QtBot) -> None:
    """A binding that does aborts the tray after some days (seen with PySide6 6.12.0)."""
    before = sys.getrefcount(None)
    for view in VIEWS:
        drawing.pixmap(view, 16)
    assert sys.getrefcount(None) > before - 50
