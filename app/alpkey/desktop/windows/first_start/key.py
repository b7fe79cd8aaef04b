"""The page of the key: who you are, what is needed before, and the first renewal."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.core.errors import InvalidInput
from alpkey.core.messages.describe import error_object
from alpkey.core.state.snapshot import Stamp
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.parts import button, open_page, words_label

NEEDED = (
    "{site} lets you in with a key that lives for a day; Alpkey gets it, and keeps it fresh. "
    "Before the first one you need:\n"
    "\N{BULLET} an account at {site}, and a project that may use the cluster\n"
    "\N{BULLET} a second factor (MFA): an app on your phone that shows six digits"
)
NAME_HELP = "The name you log in to the clusters with, not your e-mail address."


class KeyPage(SetupPage):
    """The renewal is a dialog of its own, and this page is done once its key is there."""

    page = Page.KEY
    title = "Your key"
    locks = False

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        seen = world.current_state()
        self._account = seen.snapshot.account if seen.snapshot else None
        self._before: Stamp | None = None
        self._asking: ChildProcess | None = None
        self._name = QLineEdit(self._account or "")
        self._name.setObjectName("username")
        self._name.setAccessibleDescription(NAME_HELP)
        if self._account:
            state = (
                status_view.state_line(seen.snapshot, seen.now) if seen.snapshot else seen.trouble
            )
            self.rows.addWidget(words_label("state", f"{state}. Sign in for a fresh one."))
        else:
            self._ask_who()

    @property
    def action(self) -> str:
        return "&Get my key\N{HORIZONTAL ELLIPSIS}"

    @property
    def can_act(self) -> bool:
        """Nobody waits for a name that may be suggested."""
        return self.commands.is_idle_but_for(self._asking)

    @property
    def first(self) -> QWidget | None:
        return None if self._account else self._name

    def begin(self) -> None:
        self._before = self._certificate()
        if trouble := self.world.current_state().trouble:
            self.say(trouble)
        if not self._account:
            self._asking = self.run(self._suggest, "config", "diff", otherwise=lambda _: None)
            self.changed.emit()

    def act(self) -> None:
        """A name that was typed is remembered first: it stands in the form, and in ssh's file."""
        name = self._name.text().strip()
        if self._account or not name:
            self.world.renew(self.window())
        elif not self.world.site.names_a_user(name):
            self.tell(error_object(InvalidInput("username-unfit", site=self.world.site.name)))
            self._name.setFocus()
            self._name.selectAll()
        else:
            self.run(self._named, "settings", "set", "username", name)

    def follow(self) -> None:
        """Done is a page that was shown, once another certificate lies there."""
        if self._before not in (None, self._certificate()) and not self.is_needed:
            self._before = None
            self.done.emit()

    def _certificate(self) -> Stamp:
        snapshot = self.world.current_state().snapshot
        return snapshot.stamp if snapshot else Stamp()

    def _suggest(self, result: dict[str, Any]) -> None:
        """The name in the person's own lines, unless the person was faster."""
        if result["user"] and not self._name.isModified():
            self._name.setText(result["user"])

    def _named(self, _: dict[str, Any]) -> None:
        self.world.renew(self.window())

    def _ask_who(self) -> None:
        site = self.world.site
        self.rows.addWidget(words_label("needed", NEEDED.format(site=site.name)))
        links = QHBoxLayout()
        for name, text in (("portal", "Account and &project"), ("mfa", "Second &factor")):
            page = site.links.get(name, "")
            if page.startswith("https://"):
                links.addWidget(button(text, partial(open_page, page), f"open-{name}"))
        links.addStretch()
        self.rows.addLayout(links)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&User name", self._name)
        form.addRow(words_label("name-help", NAME_HELP))
        self.rows.addLayout(form)
