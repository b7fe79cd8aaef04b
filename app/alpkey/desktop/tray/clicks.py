"""What a click on the icon means, by platform."""

from typing import Literal

from PySide6.QtWidgets import QSystemTrayIcon

Meaning = Literal["renew", "first-start", "menu"]
Reason = QSystemTrayIcon.ActivationReason

_MAIN = (Reason.Trigger, Reason.DoubleClick, Reason.MiddleClick)


def meaning(reason: Reason, platform: str, *, is_new: bool) -> Meaning | None:
    """The main action for a click; the menu for a context click, if none is attached.

    The main action is the renewal; while nothing is set up it is the first start.

    On macOS an attached menu opens at a click and hides the click's own meaning, so none is
    attached; and Qt reports Unknown for a click that was not made by a mouse.
    """
    main: Meaning = "first-start" if is_new else "renew"
    if platform == "darwin":
        if reason is Reason.Context:
            return "menu"
        return main if reason in (*_MAIN, Reason.Unknown) else None
    return main if reason in _MAIN else None
