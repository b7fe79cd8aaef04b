"""What every page of the renewal dialog has: a title, its content, and the buttons below it."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from alpkey.desktop.windows.widgets import button


class RenewalPage(QWidget):
    """A page with an empty column ``rows``.

    Its ``default_button`` gets the focus and Enter, unless a page decides otherwise.
    """

    focuses_first_button = True
    first_button_is_default = True

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        """New buttons for each time the page is shown; ``close`` closes the dialog."""
        return [close_button(close)]

    def default_button(self, buttons: Sequence[QPushButton]) -> QPushButton:
        """The one of ``buttons`` that is safe and likely, or a button on the page itself."""
        return buttons[0]


def close_button(close: Callable[[], object]) -> QPushButton:
    return button("Clos&e", close, "close")


def cancel_button(close: Callable[[], object]) -> QPushButton:
    return button("Cancel", close, "cancel")
