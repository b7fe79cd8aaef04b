"""The base of every dialog: Return presses its default button, whichever control has the focus.

Without it the platform decides: the themes of GNOME, XFCE, MATE and Cinnamon let Return press the
focused control, so that it toggles a tick box or opens a list.
Source: ``QPlatformTheme::ButtonPressKeys`` in qtbase, read by QAbstractButton and QComboBox.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QPushButton,
    QWidget,
)

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox)


class Dialog(QDialog):
    """A focused push button keeps Return; text fields pass it on by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _ReturnKeys(self)  # which belongs to this dialog


class _ReturnKeys(QObject):
    """Watches the control of ``dialog`` that has the focus, and no other."""

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._watch)

    def _watch(self, old: QWidget | None, new: QWidget | None) -> None:
        if isinstance(old, _CONTROLS):
            old.removeEventFilter(self)
        if _passes_return_on(new) and new is not None and new.window() is self._dialog:
            new.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Press the default button instead of the control, if there is one."""
        if not (isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress):
            return False
        has_modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        default = self._default()
        if event.key() not in _RETURN or has_modifiers or default is None:
            return False
        if not event.isAutoRepeat():
            default.click()
        return True

    def _default(self) -> QPushButton | None:
        for button in self._dialog.findChildren(QPushButton):
            if button.isDefault() and button.isVisible():
                return button
        return None


def _passes_return_on(widget: QWidget | None) -> bool:
    return isinstance(widget, _CONTROLS) and not isinstance(widget, QPushButton)
