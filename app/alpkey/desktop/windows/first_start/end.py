"""The last page: a real login with its result, and whether to start Alpkey at login."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.core.errors import ErrorObject
from alpkey.core.results.desktop import AutostartResult
from alpkey.core.results.doctor import DoctorResult
from alpkey.core.settings.settings import TELL_UPDATES
from alpkey.core.updates.releases import is_brought
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.renewal.steps import busy_bar
from alpkey.desktop.windows.widgets import announce, button, connect_row, heading, words_label
from alpkey.shipped import build

TRIES = "Logging in once, to see that it works\N{HORIZONTAL ELLIPSIS}"
WORKED = "You are set up: a login to {host} worked"
NOTHING_STOPS = "Everything is ready for a login"
NOT_TRIED = "No login was tried here. Your first one may ask for the passphrase of the key."
STOPPED = "A login does not work yet"
NO_TRAY = "no-tray-host"


class EndPage(SetupPage):
    """Everything on it can be used while the login is being tried."""

    page = Page.END
    title = "A first login"
    locks = False

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        self._state = heading("outcome", TRIES)
        self._busy = busy_bar("Logging in")
        self._detail = words_label("detail")
        self._tray = words_label("tray")
        self._doctor = button(
            "Open the &doctor", lambda: world.start("window", "main", "--page", "doctor"), "doctor"
        )
        self._again = button("&Try again", self.try_it, "again")
        self._autostart = QCheckBox("Start Alpkey when I lo&g in to this computer")
        self._autostart.setObjectName("autostart")
        self._autostart.clicked.connect(self._switch)
        self._news = QCheckBox("Ask once a day for a &newer version of Alpkey")
        self._news.setObjectName("news")
        self._news.clicked.connect(self._switch_news)
        self._connect = connect_row(world.site.clusters, self._go, "bdegnst")
        for words in (self._state, self._busy, self._detail):
            self.rows.addWidget(words)
        self._methods = QWidget()
        methods = QHBoxLayout(self._methods)
        methods.setContentsMargins(0, 0, 0, 0)
        for method in (self._again, self._doctor):
            methods.addWidget(method)
        methods.addStretch()
        self.rows.addWidget(self._methods)
        for part in (self._connect, self._tray, self._autostart, self._news):
            self.rows.addWidget(part)
        for hidden in (self._detail, self._tray, self._methods, self._autostart, self._news):
            hidden.hide()

    @property
    def action(self) -> str:
        return "Clos&e"

    @property
    def can_act(self) -> bool:
        return True

    def begin(self) -> None:
        """Whether Alpkey starts at login is known long before the login was tried."""
        self.run(self._offer, "autostart", "status")
        undecided = self.world.current_state().chosen.origins[TELL_UPDATES] == "shipped"
        can_tell = self.world.site.updates and not is_brought(build())
        self._news.setVisible(bool(undecided and can_tell))
        self.try_it()

    def try_it(self) -> None:
        self._state.setText(TRIES)
        self._busy.show()
        for hidden in (self._detail, self._tray, self._methods, self._doctor):
            hidden.hide()
        self.run(self._tried, "doctor", on_error=self._not_tried)

    def _go(self, name: str) -> None:
        self.world.start("connect", name)
        self.done.emit()

    def _switch(self, on: bool) -> None:
        self.run(self._offer, "autostart", "on" if on else "off")

    def _switch_news(self, on: bool) -> None:
        self.run(lambda _: None, "settings", "set", TELL_UPDATES, "on" if on else "off")

    def _offer(self, result: AutostartResult) -> None:
        self._autostart.setChecked(result["on"])
        self._autostart.show()

    def _not_tried(self, error: ErrorObject) -> None:
        self._show(error["title"], error_view.advice(error))

    def _tried(self, result: DoctorResult) -> None:
        """Show the result; the worst finding comes first."""
        findings = result["findings"]
        for finding in findings:
            if finding["id"] == NO_TRAY:
                self._tray.setText(f"{finding['title']}. {finding['next_step']}")
                self._tray.show()
        if result["login"]:
            self._show(WORKED.format(host=result["login"]), "", worked=True)
        elif result["healthy"]:
            self._show(NOTHING_STOPS, NOT_TRIED, worked=True)
        else:
            self._show(STOPPED, error_view.text(findings[0]))
            self._doctor.show()

    def _show(self, state: str, detail: str, *, worked: bool = False) -> None:
        self._busy.hide()
        self._state.setText(state)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._methods.setVisible(not worked)
        announce(self, f"{state}. {detail}" if detail else state)
