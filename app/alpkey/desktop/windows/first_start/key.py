"""The page of the key: the username, what is needed first, and the first renewal."""

from functools import partial

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.core.errors import InvalidInput
from alpkey.core.messages.describe_error import error_object
from alpkey.core.results.settings import ChangedSettingResult
from alpkey.core.results.ssh import ConfigPlanResult
from alpkey.core.state.snapshot import Stamp
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.widgets import button, open_page, words_label

NEEDED = (
    "{site} lets you in with a key that lives for a day; Alpkey gets it, and keeps it fresh. "
    "Before the first one you need:\n"
    "\N{BULLET} an account at {site}, and a project that may use the cluster\n"
    "\N{BULLET} a second factor (MFA): an app on your phone that shows six digits"
)
NAME_HELP = "The name you log in to the clusters with, not your e-mail address."


class KeyPage(SetupPage):
    """The renewal is a separate dialog, and this page is done once its key is installed."""

    page = Page.KEY
    title = "Your key"
    locks = False

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        state = world.current_state()
        self._account = state.snapshot.account if state.snapshot else None
        self._before: Stamp | None = None
        self._asking: ChildProcess | None = None
        self._name = QLineEdit(self._account or "")
        self._name.setObjectName("username")
        self._name.setAccessibleDescription(NAME_HELP)
        if self._account:
            text = (
                status_view.state_line(state.snapshot, state.now)
                if state.snapshot
                else state.trouble
            )
            self.rows.addWidget(words_label("state", f"{text}. Sign in for a fresh one."))
        else:
            self._ask_who()

    @property
    def action(self) -> str:
        return "&Get my key\N{HORIZONTAL ELLIPSIS}"

    @property
    def can_act(self) -> bool:
        """The search for a username to suggest blocks nothing."""
        return self.commands.is_idle_but_for(self._asking)

    @property
    def first(self) -> QWidget | None:
        return None if self._account else self._name

    def begin(self) -> None:
        self._before = self._certificate()
        if trouble := self.world.current_state().trouble:
            self.say(trouble)
        if not self._account:
            self._asking = self.run(self._suggest, "config", "diff", on_error=lambda _: None)
            self.changed.emit()

    def fill(self, username: str) -> None:
        """Fill in the username, where it is asked for, as the demo's helper does."""
        if not self._account:
            self._name.setText(username)
            self._name.setModified(True)  # or the suggestion would replace it

    def act(self) -> None:
        """Save a typed name first: it is used in the form, and in ssh's configuration."""
        name = self._name.text().strip()
        if self._account or not name:
            self.world.renew(self.window())
        elif not self.world.site.names_a_user(name):
            self.show_error(error_object(InvalidInput("username-unfit", site=self.world.site.name)))
            self._name.setFocus()
            self._name.selectAll()
        else:
            self.run(self._named, "settings", "set", "username", name)

    def follow(self) -> None:
        """The page is done once it was shown and there is another certificate."""
        if self._before not in (None, self._certificate()) and not self.is_needed:
            self._before = None
            self.done.emit()

    def _certificate(self) -> Stamp:
        snapshot = self.world.current_state().snapshot
        return snapshot.stamp if snapshot else Stamp()

    def _suggest(self, result: ConfigPlanResult) -> None:
        """Fill in the name from the user's own configuration, unless one was typed."""
        if result["user"] and not self._name.isModified():
            self._name.setText(result["user"])

    def _named(self, _: ChangedSettingResult) -> None:
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
        form.addRow("&Username", self._name)
        form.addRow(words_label("name-help", NAME_HELP))
        self.rows.addLayout(form)
