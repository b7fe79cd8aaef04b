"""The last page of a renewal that succeeded."""

from collections.abc import Callable, Iterable

from alpkey.core.site import Host
from alpkey.desktop.windows.renewal.page import RenewalPage
from alpkey.desktop.windows.renewal.screens import Done
from alpkey.desktop.windows.widgets import connect_row, words_label


class DonePage(RenewalPage):
    """``closes_itself``: whether to say that the dialog does; ``stays_open`` takes that back."""

    def __init__(
        self,
        done: Done,
        hosts: Iterable[Host],
        connect: Callable[[str], None],
        *,
        closes_itself: bool,
    ) -> None:
        super().__init__(done.title)
        if done.quota:
            self.rows.addWidget(words_label("quota", done.quota))
        if done.cancelled_late:
            late = "The key was issued before you cancelled, so it was installed."
            self.rows.addWidget(words_label("late", late))
        for text in done.notes:
            self.rows.addWidget(words_label("note", text))
        self.rows.addWidget(connect_row(hosts, connect, "e"))  # the letter of Close
        self._closes = words_label("closes", "This window closes by itself.")
        if closes_itself:
            self.rows.addWidget(self._closes)
        self.rows.addStretch()

    def stays_open(self) -> None:
        self._closes.hide()
