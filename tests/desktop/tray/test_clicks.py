"""What a click means, for every reason Qt knows and each platform."""

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from alpkey.desktop.tray.clicks import meaning

Reason = QSystemTrayIcon.ActivationReason


@pytest.mark.parametrize(
    ("reason", "linux", "macos"),
    [
        (Reason.Trigger, "renew", "renew"),
        (Reason.DoubleClick, "renew", "renew"),
        (Reason.MiddleClick, "renew", "renew"),
        (Reason.Context, None, "menu"),
        (Reason.Unknown, None, "renew"),
    ],
)
def test_a_click(reason: Reason, linux: str | None, macos: str | None) -> None:
    assert meaning(reason, "linux", is_new=False) == linux
    assert meaning(reason, "darwin", is_new=False) == macos
    first = {"renew": "first-start"}
    assert meaning(reason, "linux", is_new=True) == first.get(linux or "", linux)
    assert meaning(reason, "darwin", is_new=True) == first.get(macos or "", macos)
