"""A light and a dark palette, as desktops have them."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

_Role = QPalette.ColorRole
_DARK = {
    _Role.Window: "#2b2b2b",
    _Role.WindowText: "#f0f0f0",
    _Role.Base: "#1e1e1e",
    _Role.AlternateBase: "#262626",
    _Role.Text: "#f0f0f0",
    _Role.PlaceholderText: "#a0a0a0",
    _Role.Button: "#383838",
    _Role.ButtonText: "#f0f0f0",
    _Role.Highlight: "#3d7fc4",
    _Role.HighlightedText: "#ffffff",
    _Role.ToolTipBase: "#383838",
    _Role.ToolTipText: "#f0f0f0",
}
_DISABLED = "#8a8a8a"


def palettes() -> dict[str, QPalette]:
    """By name; the light one is the style's own."""
    light = QApplication.style().standardPalette()
    dark = QPalette(light)
    for role, colour in _DARK.items():
        dark.setColor(role, QColor(colour))
    for role in (_Role.Text, _Role.ButtonText, _Role.WindowText):
        dark.setColor(QPalette.ColorGroup.Disabled, role, QColor(_DISABLED))
    return {"light": light, "dark": dark}
