"""What holds for every window in every state: it can be read, and used by keyboard alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.desktop.palettes import palettes
from tests.desktop.scenes import SCENES, end, settle
from tests.desktop.test_drawing import contrast

PATIENCE_MS = 20_000


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["light", "dark"])
def window(
    request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication, scene: str
) -> Iterator[QWidget]:
    before = qapp.palette()
    qapp.setPalette(palettes()[request.param])
    try:
        yield from shown(qtbot, scene)
    finally:
        qapp.setPalette(before)


@pytest.fixture
def large_window(qtbot: QtBot, qapp: QApplication, scene: str) -> Iterator[QWidget]:
    """With a font of twice the size."""
    before = qapp.font()
    large = QFont(before)
    large.setPointSizeF(before.pointSizeF() * 2)
    qapp.setFont(large)
    try:
        yield from shown(qtbot, scene)
    finally:
        qapp.setFont(before)


def shown(qtbot: QtBot, scene: str) -> Iterator[QWidget]:
    made = SCENES[scene].make()
    qtbot.waitUntil(lambda: settle(made, SCENES[scene]), timeout=PATIENCE_MS)
    yield made
    qtbot.waitUntil(lambda: end(made))
    made.deleteLater()


def visible(window: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def cut_off(widget: QWidget) -> bool:
    """Whether its text does not fit into it."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() < widget.heightForWidth(widget.width())
    hint = widget.minimumSizeHint()
    return widget.width() < hint.width() or widget.height() < hint.height()


def test_no_text_is_cut_off(large_window: QWidget) -> None:
    kinds = (QLabel, QPushButton, QLineEdit)
    cut = [widget for kind in kinds for widget in visible(large_window, kind) if cut_off(widget)]
    assert [(widget.objectName(), widget.size()) for widget in cut] == []


def test_no_two_widgets_overlap(large_window: QWidget) -> None:
    for parent in (large_window, *visible(large_window, QWidget)):
        boxes = [
            widget.geometry()
            for widget in parent.findChildren(
                QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
            )
            if widget.isVisible() and not widget.isWindow()
        ]
        assert not any(
            box.intersects(other) for number, box in enumerate(boxes) for other in boxes[:number]
        ), parent.objectName()


def test_text_stands_out(window: QWidget) -> None:
    for label in visible(window, QLabel):
        palette = label.palette()
        assert contrast(palette.windowText().color(), palette.window().color()) >= 4.5
    for field in visible(window, QLineEdit):
        if field.isEnabled():
            palette = field.palette()
            assert contrast(palette.text().color(), palette.base().color()) >= 4.5


def key_of(text: str) -> str:
    """The letter that is marked for the keyboard."""
    return text.partition("&")[2][:1].lower()


def test_every_control_has_words_and_a_key_of_its_own(window: QWidget) -> None:
    buttons = [widget for widget in visible(window, QPushButton) if isinstance(widget, QPushButton)]
    labels = [widget for widget in visible(window, QLabel) if isinstance(widget, QLabel)]
    named = {label.buddy() for label in labels if label.buddy()}
    for field in visible(window, QLineEdit):
        assert field in named or field.accessibleName(), field.objectName()
    texts = [widget.text() for widget in (*buttons, *(label for label in labels if label.buddy()))]
    marked = [text for text in texts if "&" in text]
    keys = [key_of(text) for text in marked]
    bars = [bar for bar in visible(window, QTabBar) if isinstance(bar, QTabBar)]
    tabs = {key_of(bar.tabText(number)) for bar in bars for number in range(bar.count())}
    assert tabs.isdisjoint(keys)
    for text, key in zip(marked, keys, strict=True):
        if keys.count(key) > 1:  # as happens to long pages, and only where no letter is left
            letters = {letter for letter in text.lower() if letter.isalnum()}
            assert letters <= tabs.union(keys), texts
    # Escape is Cancel's key, as everywhere.
    assert [button.text() for button in buttons if "&" not in button.text()] in ([], ["Cancel"])


def test_tab_reaches_every_control_and_comes_back(window: QWidget, qtbot: QtBot) -> None:
    window.activateWindow()
    wanted = {
        widget
        for kind in (QAbstractButton, QLineEdit, QComboBox)
        for widget in visible(window, kind)
        if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    reached: list[QWidget] = []
    for _ in range(len(wanted) + 4):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        if (now := window.focusWidget()) is not None:
            reached.append(now)
    assert wanted <= set(reached)
