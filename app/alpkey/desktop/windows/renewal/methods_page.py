"""The page with the sign-in methods to choose from, where no form is shown."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton

from alpkey.core.site import SignInMethod
from alpkey.desktop.windows.renewal.method_buttons import method_buttons
from alpkey.desktop.windows.renewal.page import RenewalPage, close_button
from alpkey.desktop.windows.renewal.screens import MethodChoice
from alpkey.desktop.windows.widgets import words_label


class MethodsPage(RenewalPage):
    """``choose`` is called with the method that was clicked."""

    def __init__(self, choice: MethodChoice, choose: Callable[[SignInMethod], None]) -> None:
        super().__init__(choice.title)
        self._methods = choice.methods
        self._choose = choose
        self.rows.addWidget(words_label("detail", choice.detail))
        if choice.note:
            self.rows.addWidget(words_label("note", choice.note))
        self.rows.addStretch()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        return [*method_buttons(self._choose, self._methods), close_button(close)]
