"""What a click on the icon means, by platform."""

from typing import Literal

from PySide6.QtWidgets import QSystemTrayIcon

Meaning = Literal["renew", "menu"]
Reason = QSystemTrayIcon.ActivationReason

_MAIN = (Reason.Trigger, Reason.DoubleClick, Reason.MiddleClick)


def meaning(reason: Reason, platform: str) -> Meaning | None:
    """The main action for a click, the menu for a context click where none is attached.

    On macOS a menu that is attached opens at a click and hides the click's own meaning, so none
    is, and Qt says Unknown of a click that no mouse made.
    """
    if platform == "darwin":
        if reason is Reason.Context:
            return "menu"
        return "renew" if reason in (*_MAIN, Reason.Unknown) else None
    return "renew" if reason in _MAIN else None
