"""The page for a key that need not be renewed yet."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtWidgets import QPushButton

from alpkey.core.site import Host
from alpkey.desktop.windows.renewal.page import RenewalPage, close_button
from alpkey.desktop.windows.renewal.screens import StillGood
from alpkey.desktop.windows.widgets import button, connect_row, words_label


class StillGoodPage(RenewalPage):
    """``connect`` is called with the name of a host."""

    def __init__(
        self,
        good: StillGood,
        hosts: Iterable[Host],
        connect: Callable[[str], None],
        renew_anyway: Callable[[], None],
    ) -> None:
        super().__init__("The key is still good")
        self._renew_anyway = renew_anyway
        text = f"{good.state}. There is no need to renew it now."
        self.rows.addWidget(words_label("state", text))
        self._connect = connect_row(hosts, connect, "er")  # the letters of the buttons below
        self.rows.addWidget(self._connect)
        self.rows.addStretch()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        renew = button("&Renew anyway", self._renew_anyway, "renew-anyway")
        return [renew, close_button(close)]

    def default_button(self, buttons: Sequence[QPushButton]) -> QPushButton:
        """To connect: another key would use up one of the day's few."""
        return self._connect.findChild(QPushButton) or buttons[-1]
