"""Signing out of this computer: what will be removed, one question, and what was removed.

The list is part of the child's question.  To revoke the certificates, too, that child is cancelled
before it has changed anything, and another one signs in.
"""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.events import AskObject
from alpkey.core.messages import removal as removal_messages
from alpkey.core.messages.describe_error import describe
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import SignOutResult
from alpkey.core.site import Site
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.command_dialog import CommandDialog
from alpkey.desktop.windows.renewal.external_sign_in_page import ExternalPage
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    ask_about_account,
    button,
    heading,
    offer,
    open_page,
    words_label,
)

TITLE = "Sign out"
MINIMUM_WIDTH_PX = 56 * GRID_PX


class SignOutDialog(CommandDialog):
    """``command`` is Alpkey's with these arguments."""

    def __init__(
        self, site: Site, command: Callable[..., list[str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(TITLE, site, parent)
        self._site = site
        self.commands = self.new_commands(command)
        self._child: ChildProcess | None = None
        self._ask: AskObject | None = None
        self._revoking = False
        self._heading = heading("heading", TITLE)
        self._text = words_label("leaving", "One moment\N{HORIZONTAL ELLIPSIS}")
        self._revoke = QCheckBox("Also &revoke this computer's key (sign-in required)")
        self._revoke.setObjectName("revoke")
        self._revoke.hide()
        self._waiting = ExternalPage(site.name, open_page, ())
        self._waiting.hide()
        self._buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        for part in (self._heading, self._text, self._revoke, self._waiting):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(self._buttons)
        self._offer(button("Cancel", self.close, "cancel"))
        self._run()

    def _run(self, *more: str) -> None:
        child = self.commands.run(self._done, self._failed, "sign-out", *more, "--events")
        child.asked.connect(self._asked)
        child.shown.connect(self._waiting.show_page)
        self._child = child

    def _asked(self, ask: AskObject) -> None:
        if ask["fields"][0]["kind"] == "choice":
            if self._child is not None:
                ask_about_account(self, ask, self._child)
            return
        self._ask = ask
        message = describe(Cancelled("leave-question", path=ask["fields"][0]["value"]))
        self._text.setText(message.detail)
        announce(self, message.detail)
        self._revoke.setVisible(self._site.has_gateway)
        leave = button("&Sign out", self._sign_out, "leave")
        self._offer(leave, button("Cancel", self.close, "stay"))

    def _sign_out(self) -> None:
        self._revoke.setDisabled(True)
        self._offer(button("Cancel", self.close, "cancel"))
        if self._revoke.isChecked() and self._revoke.isVisible():
            self._revoking = True
            self.commands.stop()
        elif self._child is not None and self._ask is not None:
            self._child.answer(self._ask["ask"], {self._ask["fields"][0]["name"]: True})

    def _done(self, result: SignOutResult) -> None:
        removed = removal_messages.removed(
            (OwnedItem(**item) for item in result["removed"]), result["revoked"]
        )
        left = removal_messages.left(result["left"])
        title = removal_messages.signed_out(all_removed=not result["left"])
        self._show_message(title, f"{removed}\n\n{left}".strip())

    def _failed(self, error: ErrorObject) -> None:
        if error["code"] != Cancelled.default_code:
            self._show_message(error["title"], error_view.advice(error))
        elif not self._revoking:
            self.close_once_idle()

    def commands_ended(self) -> None:
        """The child that asked has ended: start another one that also revokes."""
        if self._revoking:
            self._revoking = False
            self._revoke.hide()
            self._text.hide()
            self._waiting.show()
            self._run("--revoke", "--browser", "--yes")

    def _show_message(self, title: str, text: str) -> None:
        self._heading.setText(title)
        self._text.setText(text)
        self._text.show()
        self._revoke.hide()
        self._waiting.hide()
        announce(self, f"{title}. {text}")
        self._offer(button("Clos&e", self.close, "close"))

    def _offer(self, *buttons: QPushButton) -> None:
        offer(self._buttons, *buttons)
        buttons[-1].setFocus()
        QTimer.singleShot(0, self.adjustSize)
