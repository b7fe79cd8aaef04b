"""The pages for questions of a renewal that are answered with yes or no."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPushButton

from alpkey.core.errors import Cancelled
from alpkey.core.messages.describe_error import describe
from alpkey.desktop.windows.renewal.page import RenewalPage
from alpkey.desktop.windows.renewal.screens import KeepSignInQuestion, ReplaceQuestion
from alpkey.desktop.windows.widgets import button, words_label


class QuestionPage(RenewalPage):
    """``answer`` is called with the answer; not to replace a key closes the dialog instead.

    ``never`` answers no for this time and all others.
    """

    def __init__(
        self,
        question: ReplaceQuestion | KeepSignInQuestion,
        answer: Callable[[bool], None],
        never: Callable[[], None],
    ) -> None:
        self._is_replacement = isinstance(question, ReplaceQuestion)
        super().__init__("There is a key already" if self._is_replacement else "Stay signed in?")
        self._answer = answer
        self._never = never
        message = describe(
            Cancelled("foreign-key", path=question.path)
            if isinstance(question, ReplaceQuestion)
            else Cancelled("keep-question", path=question.site)
        )
        self.rows.addWidget(words_label("question", f"{message.title}. {message.detail}"))
        self.rows.addStretch()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        yes, no = partial(self._answer, True), partial(self._answer, False)
        if self._is_replacement:
            return [
                button("&Replace and keep a backup", yes, "replace"),
                button("&Leave it as it is", close, "leave"),
            ]
        return [
            button("&Not now", no, "not-now"),
            button("&Don't ask again", self._never, "never-ask"),
            button("&Stay signed in", yes, "stay-signed-in"),
        ]
