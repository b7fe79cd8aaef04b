"""The page of my keys: those of the account, which one is this computer's, and revoking.

The list comes from the centre, so it needs a sign-in; before that the page shows what this computer
knows.  If the centre has no list, that is all.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.messages.describe_error import describe
from alpkey.core.messages.warnings import WARNINGS, warning_text
from alpkey.core.results.keys import KeysResult, RevokedKeysResult
from alpkey.core.site import Site
from alpkey.desktop import local_zone
from alpkey.desktop.child.command_tracker import CommandTracker, ResultHandler
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import keys as keys_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views.keys import KeyLine
from alpkey.desktop.windows.renewal.external_sign_in_page import ExternalPage
from alpkey.desktop.windows.renewal.method_buttons import EXTERNAL_LABELS
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    ask,
    ask_about_account,
    button,
    heading,
    open_page,
    scroll_area,
    stack,
    words_label,
)

_REVOKE_ALL = "Revoke all\N{HORIZONTAL ELLIPSIS}"
_REVOKE = "Revoke\N{HORIZONTAL ELLIPSIS}"


class KeysPage(QWidget):
    """``taken`` are the window's own mnemonics."""

    def __init__(self, site: Site, command: Callable[..., list[str]], taken: str) -> None:
        super().__init__()
        self.commands = CommandTracker(command, self)
        self._site = site
        self._taken = taken
        self._method = "browser"
        self._lines: tuple[KeyLine, ...] = ()
        self._listed_at: datetime | None = None
        self._state = heading("keys-state")
        self._note = words_label("keys-note")
        self._list = scroll_area("keys", "Keys of the account")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._list)
        self._methods = [
            button("", partial(self.ask_service, method.value), f"keys-{method.value}")
            for method in EXTERNAL_LABELS
        ]
        self._revoke_all = button("", lambda: self._revoke(self._lines), "revoke-all")
        self._cancel = button("", self.commands.stop, "cancel-keys")
        row = QHBoxLayout()
        for page_button in self._buttons:
            row.addWidget(page_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._state)
        layout.addWidget(self._note)
        layout.addWidget(self._pages, 1)
        layout.addLayout(row)
        self._show()

    def apply(self, state: CurrentState) -> None:
        """Show what this computer knows, unless the centre was asked."""
        if state.site:
            self._site = state.site
        if self._listed_at is not None or not self.commands.is_idle or state.snapshot is None:
            return
        self._state.setText(status_view.quota_line(state.snapshot.quota, state.now))
        self._note.setText(status_view.own_count(self._site))
        own = status_view.own_key(state.snapshot, state.now)
        self._list.setWidget(stack([words_label("own-key", own)] if own else []))

    def ask_service(self, method: str) -> None:
        """Have the user sign in, and show the list."""
        self._run(method, self._listed, "list")

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (*self._methods, self._revoke_all, self._cancel)

    def _run(self, method: str, on_done: ResultHandler, *arguments: str) -> None:
        if not self.commands.is_idle:
            return
        self._method = method
        waiting = ExternalPage(self._site.name, open_page, ())
        child = self.commands.run(
            partial(self._ended, on_done),
            partial(self._ended, self._show_error),
            *("keys", *arguments, f"--{method}", "--events"),
        )
        child.shown.connect(waiting.show_page)
        child.asked.connect(lambda row: ask_about_account(self, row, child))
        child.warned.connect(
            lambda code, params: (
                waiting.say(warning_text(code, params)) if code in WARNINGS else None
            )
        )
        area = scroll_area("signing-in", "Signing in")
        area.setWidget(waiting)
        self._pages.addWidget(area)
        self._pages.setCurrentWidget(area)
        self._show()
        self._cancel.setFocus()

    def _ended(self, on_done: ResultHandler, result: Any) -> None:
        if (waiting := self._pages.currentWidget()) is not None and waiting is not self._list:
            self._pages.removeWidget(waiting)
            waiting.deleteLater()
        on_done(result)
        self._show()
        self._methods[0].setFocus()

    def _listed(self, result: KeysResult) -> None:
        self._listed_at = local_zone.now()
        self._lines = keys_view.lines(result["keys"], self._listed_at)
        self._state.setText(keys_view.quota(result["quota"]))
        self._note.setText(f"As {self._site.name} lists them at {self._listed_at:%H:%M}.")
        announce(self, self._state.text())

    def _revoked(self, revoked: Sequence[KeyLine], _: RevokedKeysResult) -> None:
        """They are void at once; the list is requested again only if the user asks for it."""
        self._lines = tuple(line for line in self._lines if line not in revoked)
        self._say("Revoked. What was open with it stays open until it is closed.")

    def _show_error(self, error: ErrorObject) -> None:
        if error["code"] != Cancelled.default_code:
            self._say(error_view.text(error))

    def _say(self, text: str) -> None:
        self._note.setText(text)
        announce(self, text)

    def _revoke(self, chosen: Sequence[KeyLine]) -> None:
        """Revoke after a question, as that cannot be undone."""
        message = describe(Cancelled("revoke-question", path=keys_view.summary(chosen)))
        serials = [line.serial for line in chosen]

        def revoke() -> None:
            self._run(self._method, partial(self._revoked, chosen), "revoke", *serials, "--yes")

        ask(self, "revoke-question", message, "&Revoke", "&Keep", revoke)

    def _show(self) -> None:
        """Show the list and the buttons that apply now, each with its own letter."""
        running = not self.commands.is_idle
        for method_button in self._methods:
            method_button.setVisible(self._site.has_gateway and not running)
        self._revoke_all.setVisible(len(self._lines) > 1 and not running)
        self._cancel.setVisible(running)
        labels = [*EXTERNAL_LABELS.values(), _REVOKE_ALL, "Cancel", *(_REVOKE for _ in self._lines)]
        marked = status_view.with_mnemonics(
            [label.replace("&", "") for label in labels], self._taken
        )
        for page_button, text in zip(self._buttons, marked, strict=False):
            page_button.setText(text)
        if self._listed_at is not None:
            self._list.setWidget(stack(self._rows(marked[len(self._buttons) :])))

    def _rows(self, labels: Iterable[str]) -> list[QWidget]:
        if not self._lines:
            return [words_label("no-keys", "There is no key alive.")]
        return [self._row(line, label) for line, label in zip(self._lines, labels, strict=True)]

    def _row(self, line: KeyLine, label: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words_label(f"key-{line.serial}", line.text), 1)
        revoke = button(label, lambda: self._revoke([line]), f"revoke-{line.serial}")
        revoke.setAccessibleDescription(line.text)
        layout.addWidget(revoke)
        return row
