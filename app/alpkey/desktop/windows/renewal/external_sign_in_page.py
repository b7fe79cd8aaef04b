"""The page shown while the user signs in with the browser, or on another device."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from alpkey.core.events import ShowObject
from alpkey.desktop.windows.renewal.page import RenewalPage, cancel_button
from alpkey.desktop.windows.renewal.steps import StepList, busy_bar
from alpkey.desktop.windows.widgets import announce, button, heading, words_label

_MODULE_PX = 4


class ExternalPage(RenewalPage):
    """Where to sign in and how; ``open_page`` opens an address in the browser once more.

    ``steps`` are those from the sign-in on.
    """

    first_button_is_default = False  # Enter must not cancel a sign-in

    def __init__(
        self,
        site_name: str,
        open_page: Callable[[str], None],
        steps: Sequence[str],
        title: str = "",
    ) -> None:
        super().__init__(title)
        self._site_name = site_name
        self._url = self._start = ""
        self._what = words_label("what", "One moment\N{HORIZONTAL ELLIPSIS}")
        self._picture = QLabel()
        self._picture.setObjectName("qr")
        self._picture.setAccessibleName("A code to scan, which holds the address")
        self._address = words_label("address")
        self._code = heading("user-code")
        self._code.setAccessibleName("The code to type there")
        self._open_page = open_page
        self._again = button("&Open the page again", self._open_again, "open-again")
        self._note = words_label("note")
        self._steps = StepList(steps)
        for part in (self._what, self._picture, self._address, self._code):
            self.rows.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self._again)
        row.addStretch()
        self.rows.addLayout(row)
        self.rows.addWidget(self._note)
        self.rows.addWidget(self._steps)
        self.rows.addWidget(busy_bar("Waiting for the sign-in"))
        self.rows.addStretch()
        for hidden in (self._picture, self._address, self._code, self._again, self._note):
            hidden.hide()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        return [cancel_button(close)]

    def show_page(self, page: ShowObject) -> None:
        """Show the page to sign in at, from a ``show`` event; for a device with code and QR code.

        The steps are marked once the user has signed in there.
        """
        self._url = str(page["url"])
        # Every user can read a browser's arguments: it gets the address that works once.
        self._start = str(page.get("short_url") or self._url)
        on_device = page["kind"] == "device"
        if on_device:
            self._what.setText(
                f"Scan this with your phone, or open {page['short_url']} on any device and type "
                "the code below. Come back here when you are done."
            )
            self._code.setText(str(page["user_code"]))
            self._address.setText(self._url)
            pixmap = qr_pixmap(page["qr"]) if page["qr"] else QPixmap()
            self._picture.setPixmap(pixmap)
            self._picture.setMinimumSize(pixmap.size())  # half of it cannot be scanned
        else:
            self._address.setText(self._url)
            self._what.setText(
                f"Your browser shows the sign-in page of {self._site_name}. "
                "Come back here when you are done."
            )
        for part in (self._picture, self._address, self._code):
            part.setVisible(on_device)
        self._again.setVisible(not on_device)
        announce(self, f"{self._what.text()} {self._code.text()}".strip())

    def _open_again(self) -> None:
        """After that the address itself is shown, to be copied."""
        self._again.hide()
        self._address.show()
        self._open_page(self._start)

    def reach(self, step: str) -> None:
        self._steps.reach(step)

    def say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))


def qr_pixmap(rows: Sequence[str]) -> QPixmap:
    """Draw rows of 0 and 1, dark on light whatever the palette, as cameras need it."""
    side = len(rows)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            image.setPixelColor(x, y, QColor("black" if module == "1" else "white"))
    scaled = image.scaled(side * _MODULE_PX, side * _MODULE_PX, Qt.AspectRatioMode.KeepAspectRatio)
    return QPixmap.fromImage(scaled)
