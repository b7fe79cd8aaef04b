"""Cards: framed areas of a page, with a heading above or inside."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from alpkey.desktop.windows.widgets import GRID_PX, bold_label

PADDING_PX = (2 * GRID_PX, GRID_PX + GRID_PX // 2)  # left and right, top and bottom


class Card(QFrame):
    """A framed area on the ground of text fields; its content goes into ``rows``."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        across, down = PADDING_PX
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(across, down, across, down)
        self.rows.setSpacing(GRID_PX)


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
