"""The pages that name the account that signed in, before anything is signed for it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPushButton

from alpkey.core.errors import Cancelled
from alpkey.core.messages.describe_error import describe
from alpkey.desktop.windows.renewal.page import RenewalPage, cancel_button
from alpkey.desktop.windows.renewal.screens import AccountQuestion, FirstAccountQuestion
from alpkey.desktop.windows.widgets import button, words_label


class AccountPage(RenewalPage):
    """``answer`` is called with the answer; Cancel closes the dialog instead."""

    first_button_is_default = False  # Enter must not sign for another account

    def __init__(
        self,
        question: AccountQuestion | FirstAccountQuestion,
        answer: Callable[[bool | str], None],
    ) -> None:
        self._question = question
        self._answer = answer
        if isinstance(question, AccountQuestion):
            title, detail = question.title, question.detail
        else:
            message = describe(Cancelled("account-question", path=question.name))
            title, detail = message.title, message.detail
        super().__init__(title)
        self.rows.addWidget(words_label("question", detail))
        self.rows.addStretch()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        use = f"&Use {self._question.name} here"
        if isinstance(self._question, FirstAccountQuestion):
            return [button(use, partial(self._answer, True), "use"), cancel_button(close)]
        return [
            button("&Switch account", partial(self._answer, "switch"), "switch"),
            button(use, partial(self._answer, "use"), "use"),
            cancel_button(close),
        ]
