"""Cards: framed areas of a page, with a heading above or inside."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from alpkey.desktop.windows.widgets import GRID_PX, bold_label

MIDDLE_LIGHTNESS = 128  # of 255
PADDING_PX = (2 * GRID_PX, GRID_PX + GRID_PX // 2)  # left and right, top and bottom


class Card(QFrame):
    """A framed area; its content goes into ``rows``.

    Its ground is that of text fields, but not in a dark scheme: controls would not stand out there.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._choose_ground()
        across, down = PADDING_PX
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(across, down, across, down)
        self.rows.setSpacing(GRID_PX)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._choose_ground()

    def _choose_ground(self) -> None:
        is_dark = self.palette().window().color().lightness() < MIDDLE_LIGHTNESS
        role = QPalette.ColorRole.Window if is_dark else QPalette.ColorRole.Base
        if role != self.backgroundRole():  # another role is a change of the palette, too
            self.setBackgroundRole(role)


class Group(QWidget):
    """A card with a heading above it."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"group-{name}")
        self.card = Card(f"card-{name}")
        self.title: QLabel = bold_label(f"heading-{name}", title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.title)
        layout.addWidget(self.card)
