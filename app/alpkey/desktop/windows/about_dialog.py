"""About Alpkey: version, licences, keys that work, and where to get help."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from alpkey import shipped
from alpkey.core.messages import about as about_messages
from alpkey.core.site import Site
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    Note,
    button,
    copied,
    heading,
    open_page,
    window_title,
    words_label,
)

WIDTH_PX = 52 * GRID_PX


class AboutDialog(Dialog):
    """``Copy version`` copies what a report of a problem should name."""

    def __init__(self, site: Site, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version = f"Alpkey {shipped.version()}"
        self.setWindowTitle(window_title(about_messages.TITLE, site))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._note = Note("about-note")
        shortcuts = QFormLayout()
        shortcuts.setHorizontalSpacing(2 * GRID_PX)
        for keys, meaning in about_messages.SHORTCUTS.items():
            shortcuts.addRow(keys, words_label(f"shortcut-{keys}", meaning))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(2 * GRID_PX)
        layout.addWidget(heading("version", self._version))
        layout.addWidget(words_label("purpose", about_messages.PURPOSE.format(site=site.name)))
        layout.addLayout(shortcuts)
        layout.addWidget(words_label("licences", about_messages.LICENCES))
        layout.addWidget(self._note)
        layout.addWidget(self._buttons(site))
        self.setMinimumWidth(WIDTH_PX)

    def _buttons(self, site: Site) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        copy = button(about_messages.COPY, self._copy, "copy-version")
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        if page := site.links.get("support"):
            label = about_messages.SUPPORT.format(site=site.name)
            support = button(label, lambda: open_page(page), "support")
            buttons.addButton(support, QDialogButtonBox.ButtonRole.HelpRole)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()
        return buttons

    def _copy(self) -> None:
        self._note.say(copied(self._version))
