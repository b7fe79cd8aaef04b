"""A card's ground lets controls stand out, and follows the colours of the desktop."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from alpkey.desktop.windows.pages.cards import Card
from tests.desktop.palettes import palettes


def test_the_ground_follows_the_palette(qtbot: QtBot) -> None:
    card = Card("card")
    qtbot.addWidget(card)
    made = palettes()
    for scheme, role in (
        ("dark", QPalette.ColorRole.Window),
        ("light", QPalette.ColorRole.Base),
        ("dark", QPalette.ColorRole.Window),
    ):
        card.setPalette(made[scheme])
        QApplication.processEvents()
        assert card.backgroundRole() == role
