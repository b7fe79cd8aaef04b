"""The page of my keys: those of the account at the centre, which is this computer's, and revoking.

The list is the centre's, so it takes a sign-in; before that the page shows what this computer
knows.  Where the centre keeps no list, that is all there is.
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

from alpkey.core.errors import Cancelled
from alpkey.core.messages.describe import describe
from alpkey.core.messages.warnings import WARNINGS, warning_text
from alpkey.core.site import Site
from alpkey.desktop import local_time
from alpkey.desktop.child.command_tracker import CommandTracker, Then
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import keys as keys_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views.keys import KeyLine
from alpkey.desktop.windows.parts import (
    GRID_PX,
    announce,
    ask,
    button,
    heading,
    open_page,
    scroll_area,
    stack,
    words_label,
)
from alpkey.desktop.windows.renewal.external_page import WAYS, ExternalPage

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
            for method in WAYS
        ]
        self._revoke_all = button("", lambda: self._revoke(self._lines), "revoke-all")
        self._cancel = button("", self.commands.stop, "cancel-keys")
        row = QHBoxLayout()
        for one in self._buttons:
            row.addWidget(one)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._state)
        layout.addWidget(self._note)
        layout.addWidget(self._pages, 1)
        layout.addLayout(row)
        self._show()

    def apply(self, seen: CurrentState) -> None:
        """Shows what this computer knows, for as long as the centre was not asked."""
        if seen.site:
            self._site = seen.site
        if self._listed_at is not None or not self.commands.is_idle or seen.snapshot is None:
            return
        self._state.setText(status_view.quota_line(seen.snapshot.quota, seen.now))
        self._note.setText(status_view.own_count(self._site))
        own = status_view.own_key(seen.snapshot, seen.now)
        self._list.setWidget(stack([words_label("own-key", own)] if own else []))

    def ask_service(self, method: str) -> None:
        """Has the person sign in, and shows the list."""
        self._run(method, self._listed, "list")

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (*self._methods, self._revoke_all, self._cancel)

    def _run(self, method: str, then: Then, *arguments: str) -> None:
        if not self.commands.is_idle:
            return
        self._method = method
        waiting = ExternalPage(self._site.name, open_page, ())
        engine = self.commands.run(
            partial(self._ended, then),
            partial(self._ended, self._tell),
            *("keys", *arguments, f"--{method}", "--events"),
        )
        engine.shown.connect(waiting.show_page)
        engine.warned.connect(
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

    def _ended(self, then: Then, word: dict[str, Any]) -> None:
        if (waiting := self._pages.currentWidget()) is not None and waiting is not self._list:
            self._pages.removeWidget(waiting)
            waiting.deleteLater()
        then(word)
        self._show()
        self._methods[0].setFocus()

    def _listed(self, result: dict[str, Any]) -> None:
        self._listed_at = local_time.now()
        self._lines = keys_view.lines(result["keys"], self._listed_at)
        self._state.setText(keys_view.quota(result["quota"]))
        self._note.setText(f"As {self._site.name} lists them at {self._listed_at:%H:%M}.")
        announce(self, self._state.text())

    def _revoked(self, gone: Sequence[KeyLine], _: dict[str, Any]) -> None:
        """They are dead at once; the list is asked for again only where the person wants that."""
        self._lines = tuple(one for one in self._lines if one not in gone)
        self._say("Revoked. What was open with it stays open until it is closed.")

    def _tell(self, error: dict[str, Any]) -> None:
        if error["code"] != Cancelled.default_code:
            self._say(error_view.text(error))

    def _say(self, text: str) -> None:
        self._note.setText(text)
        announce(self, text)

    def _revoke(self, chosen: Sequence[KeyLine]) -> None:
        """After a question: there is no way back."""
        said = describe(Cancelled("revoke-question", path=keys_view.told(chosen)))
        serials = [one.serial for one in chosen]

        def revoke() -> None:
            self._run(self._method, partial(self._revoked, chosen), "revoke", *serials, "--yes")

        ask(self, "revoke-question", said, "&Revoke", "&Keep", revoke)

    def _show(self) -> None:
        """The list, and the buttons that are of use now; each has a letter of its own."""
        running = not self.commands.is_idle
        for one in self._methods:
            one.setVisible(self._site.has_gateway and not running)
        self._revoke_all.setVisible(len(self._lines) > 1 and not running)
        self._cancel.setVisible(running)
        labels = [*WAYS.values(), _REVOKE_ALL, "Cancel", *(_REVOKE for _ in self._lines)]
        marked = status_view.with_mnemonics([one.replace("&", "") for one in labels], self._taken)
        for one, text in zip(self._buttons, marked, strict=False):
            one.setText(text)
        if self._listed_at is not None:
            self._list.setWidget(stack(self._rows(marked[len(self._buttons) :])))

    def _rows(self, labels: Iterable[str]) -> list[QWidget]:
        if not self._lines:
            return [words_label("no-keys", "There is no key alive.")]
        return [self._row(one, label) for one, label in zip(self._lines, labels, strict=True)]

    def _row(self, one: KeyLine, label: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words_label(f"key-{one.serial}", one.text), 1)
        revoke = button(label, lambda: self._revoke([one]), f"revoke-{one.serial}")
        revoke.setAccessibleDescription(one.text)
        layout.addWidget(revoke)
        return row
