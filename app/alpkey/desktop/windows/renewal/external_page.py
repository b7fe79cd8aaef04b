"""Signing in elsewhere: with the browser of this computer, or on another device.

The buttons that offer it, and the page that is shown while somebody is awaited there.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from alpkey.core.site import SignInMethod
from alpkey.desktop.windows.parts import announce, button, heading, words_label
from alpkey.desktop.windows.renewal.steps import StepList, busy_bar

WAYS = {
    SignInMethod.BROWSER: "Sign in with the &browser",
    SignInMethod.DEVICE: "Sign in on another &device",
}
_FORM = "Sign in with a &password"
_MODULE_PX = 4


def method_buttons(
    choose: Callable[[SignInMethod], None], methods: Iterable[SignInMethod]
) -> list[QPushButton]:
    """A button for each of the ``methods``; ``choose`` is told which."""
    texts = {**WAYS, SignInMethod.PASSWORD: _FORM}
    return [
        button(texts[method], partial(choose, method), f"sign-in-{method.value}")
        for method in methods
    ]


class ExternalPage(QWidget):
    """What is to be done where; ``open_page`` opens an address in the browser once more.

    ``steps`` are those that follow the sign-in.
    """

    def __init__(
        self, site_name: str, open_page: Callable[[str], None], steps: Sequence[str]
    ) -> None:
        super().__init__()
        self._site_name = site_name
        self._url = ""
        self._what = words_label("what", "One moment\N{HORIZONTAL ELLIPSIS}")
        self._picture = QLabel()
        self._picture.setObjectName("qr")
        self._picture.setAccessibleName("A code to scan, which holds the address")
        self._address = words_label("address")
        self._code = heading("user-code")
        self._code.setAccessibleName("The code to type there")
        self._again = button("&Open the page again", lambda: open_page(self._url), "open-again")
        self._note = words_label("note")
        self._steps = StepList(steps)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self._what, self._picture, self._address, self._code):
            layout.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self._again)
        row.addStretch()
        layout.addLayout(row)
        layout.addWidget(self._note)
        layout.addWidget(self._steps)
        layout.addWidget(busy_bar("Waiting for the sign-in"))
        layout.addStretch()
        for hidden in (self._picture, self._address, self._code, self._again, self._note):
            hidden.hide()

    def show_page(self, page: dict[str, Any]) -> None:
        """The page to sign in at, as the event tells it; on another device with code and picture.

        The steps light up once the sign-in is made there.
        """
        self._url = str(page["url"])
        elsewhere = page["kind"] == "device"
        if elsewhere:
            self._what.setText(
                f"Scan this with your phone, or open {page['short_url']} on any device and type "
                "the code below. Come back here when you are done."
            )
            self._code.setText(str(page["user_code"]))
            self._address.setText(self._url)
            seen = picture(page["qr"])
            self._picture.setPixmap(seen)
            self._picture.setMinimumSize(seen.size())  # half of it cannot be scanned
        else:
            self._what.setText(
                f"Your browser shows the sign-in page of {self._site_name}. "
                "Come back here when you are done."
            )
        for part in (self._picture, self._address, self._code):
            part.setVisible(elsewhere)
        self._again.setVisible(not elsewhere)
        announce(self, f"{self._what.text()} {self._code.text()}".strip())

    def reach(self, step: str) -> None:
        self._steps.reach(step)

    def say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))


def picture(rows: Sequence[str]) -> QPixmap:
    """Rows of 0 and 1, dark on light whatever the palette, as cameras want it."""
    side = len(rows)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            image.setPixelColor(x, y, QColor("black" if module == "1" else "white"))
    grown = image.scaled(side * _MODULE_PX, side * _MODULE_PX, Qt.AspectRatioMode.KeepAspectRatio)
    return QPixmap.fromImage(grown)
