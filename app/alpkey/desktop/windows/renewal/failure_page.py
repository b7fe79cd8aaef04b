"""The page for a renewal that failed: why, and what can be done about it."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QPushButton

from alpkey.desktop.windows.renewal.page import RenewalPage, close_button
from alpkey.desktop.windows.renewal.screens import Failure, FailureAction
from alpkey.desktop.windows.widgets import button, open_page, words_label

_LABELS = {
    FailureAction.TRY_AGAIN: "&Try again",
    FailureAction.REPLACE: "Re&place this computer's key",
    FailureAction.REVOKE: "Re&voke a key\N{HORIZONTAL ELLIPSIS}",
    FailureAction.FORCE: "Try &anyway",
    FailureAction.OPEN_PAGE: "&Open the page",
}


class FailurePage(RenewalPage):
    """``act`` is called with the action that was clicked; a web page is opened here.

    ``revoke`` opens the list of keys, each of which can be revoked.
    """

    def __init__(
        self,
        failure: Failure,
        act: Callable[[FailureAction], None],
        revoke: Callable[[], None],
    ) -> None:
        super().__init__(failure.title)
        self._failure = failure
        self._act = act
        self._revoke = revoke
        self.rows.addWidget(words_label("detail", failure.detail))
        self.rows.addWidget(words_label("next-step", failure.next_step))
        self.rows.addStretch()

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        made = [
            button(_LABELS[action], self._action(action), action.value)
            for action in self._failure.actions
        ]
        return [*made, close_button(close)]

    def default_button(self, buttons: Sequence[QPushButton]) -> QPushButton:
        """The first action, unless that is to ask a service which is expected to refuse."""
        return buttons[-1 if self._failure.actions[0] is FailureAction.FORCE else 0]

    def _action(self, action: FailureAction) -> Callable[[], None]:
        if action is FailureAction.OPEN_PAGE:
            return partial(open_page, self._failure.page)
        if action is FailureAction.REVOKE:
            return self._revoke
        return partial(self._act, action)
