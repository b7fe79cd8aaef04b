"""The renewal dialog: it asks, shows the steps light up, and ends with where to go.

Pages, one at a time: the key is still good; sign in, here or elsewhere; a question; the outcome.
For the form its child is warm from the first moment, so that the service is proven while the person
types.  Browser and other device stand beside the form, and in its place where the service that
takes passwords is retired; their child starts with the click.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled
from alpkey.core.messages import describe
from alpkey.core.signin.methods import first_method, methods
from alpkey.core.site import SignInMethod, Site
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.mac_menu import menu_button
from alpkey.desktop.windows.parts import (
    GRID_PX,
    announce,
    button,
    connect_row,
    heading,
    offer,
    open_page,
    window_title,
    words_label,
)
from alpkey.desktop.windows.renewal.auto_close import AutoClose
from alpkey.desktop.windows.renewal.external_page import WAYS, ExternalPage, method_buttons
from alpkey.desktop.windows.renewal.form_page import FormPage

# The letters of Close and Renew anyway, which stand below the clusters.
_TAKEN = "er"
MINIMUM_WIDTH_PX = 48 * GRID_PX

# The question whether to stay signed in.
KEEP_SIGN_IN = "keep_sign_in"

# Errors after which the other ways stand in the form's place.
_FORM_NO_LONGER = ("service-retired", "password-not-allowed")

# The dialog is as high as the page that is shown, not as the highest that was.
_FITS = (QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
_YIELDS = (QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)


@dataclass(frozen=True, slots=True)
class RenewalWorld:
    """``snapshot`` takes a look, ``command`` is Alpkey's with these arguments, ``start`` runs it.

    ``quit_tray`` is there where the dialog stands for the tray's menu, too.
    """

    site: Site
    current_state: Callable[[], CurrentState]
    command: Callable[..., list[str]]
    start: Callable[..., object]
    reader: ScreenReader
    clock: Callable[[], datetime]
    quit_tray: Callable[[], object] | None = None


class RenewalDialog(QDialog):
    """One renewal; ``then_connect`` is the host to go to as soon as the key is there.

    ``again``: one that is good for long is to be replaced all the same.
    ``renewed``: it is there, and there is nothing else to say.
    """

    renewed = Signal()

    def __init__(
        self, world: RenewalWorld, then_connect: str | None = None, *, again: bool = False
    ) -> None:
        super().__init__()
        self._world = world
        self._then_connect = then_connect
        self._ask: dict[str, Any] = {}
        self._left_to_say: list[str] = []
        self._closing = False
        self._engine: ChildProcess | None = None
        self._elsewhere: ExternalPage | None = None
        self._next_way: SignInMethod | None = None
        self._methods: tuple[SignInMethod, ...] = ()
        self._note = ""
        self._title = f"Renew {world.site.short_name} key"
        self.setWindowTitle(window_title(self._title, world.site))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._linger = AutoClose(self)
        world.reader.changed.connect(self._heed_reader)
        self._heading = heading("heading", self._title)
        self._pages = QStackedWidget()
        self._buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        layout.addWidget(self._heading)
        layout.addWidget(self._pages, 1)
        layout.addLayout(self._buttons)
        self._begin(again=again)

    @property
    def is_running(self) -> bool:
        """Whether a child still has its last word to say."""
        return self._engine is not None and self._engine.running

    @property
    def is_under_way(self) -> bool:
        """Whether what the person typed was sent, and nothing has come of it yet."""
        return self.is_running and self._sent

    @property
    def sign_in(self) -> FormPage:
        """The form of this try."""
        return self._page

    @property
    def is_asked(self) -> bool:
        """Whether the child waits for an answer."""
        return bool(self._ask)

    # What the child says

    def _new_engine(self, *more: str) -> ChildProcess:
        engine = ChildProcess(self._world.command("renew", "--events", *more), self)
        engine.asked.connect(self._asked)
        engine.stepped.connect(self._stepped)
        engine.warned.connect(self._warned)
        engine.shown.connect(self._shown)
        engine.done.connect(self._done)
        engine.failed.connect(self._failed)
        engine.start()
        return engine

    def _asked(self, ask: dict[str, Any]) -> None:
        """A question that comes again with its number only says what the keychain answered."""
        comes_again = ask["ask"] == self._ask.get("ask")
        self._ask = ask
        self._sent = False
        if comes_again:
            self._page.set_fields(ask["fields"])
            return
        if not self._is_question:
            self._prepare_sign_in(ask)
        if self._pages.currentWidget() is not self._good_page:
            self._show_asked()

    @property
    def _is_question(self) -> bool:
        return self.is_asked and self._ask["fields"][0]["kind"] == "confirm"

    def _prepare_sign_in(self, ask: dict[str, Any]) -> None:
        self._page.set_busy(False)
        self._page.set_fields(ask["fields"])
        self._page.unlock(proven=self._proven)
        error = ask["error"]
        known = {one["name"]: one["value"] for one in ask["fields"]}
        self._page.show_error(error, (error or {}).get("params", {}).get("field") or "otp")
        if error is None:
            self._page.suggest_username(known.get("username") or "")

    def _stepped(self, step: str) -> None:
        (self._elsewhere or self._page).reach(step)
        if step == "issued":
            self._left_to_say = []
        if step == "service-ready":
            self._proven = True
            self._page.unlock(proven=True)

    def _warned(self, code: str, params: dict[str, Any]) -> None:
        if code in describe.WARNINGS:
            self._left_to_say.append(describe.warning(code, params))
            (self._elsewhere or self._page).say(self._left_to_say[-1])

    def _shown(self, page: dict[str, Any]) -> None:
        if self._elsewhere:
            self._elsewhere.show_page(page)

    def _done(self, result: dict[str, Any]) -> None:
        if self._closing:
            self.accept()
        elif self._then_connect:
            self._connect(self._then_connect)
        else:
            self._show_done(result)
            if not (self._left_to_say or result["cancelled_late"]):
                self.renewed.emit()

    def _failed(self, error: dict[str, Any]) -> None:
        if self._closing or self._next_way or error["code"] == Cancelled.default_code:
            self._ended()
        elif error["code"] in _FORM_NO_LONGER and self._world.site.has_gateway:
            self._methods = tuple(method for method in self._methods if method in WAYS)
            self._show_ways(error["title"], error["detail"])
        else:
            self._show_failure(error)

    def _ended(self) -> None:
        """The form's child makes room for another way, or the person closed the dialog."""
        if self._next_way and not self._closing:
            self._begin(method=self._next_way)
        else:
            self.reject()

    # What the person does

    def _begin(self, *more: str, again: bool = False, method: SignInMethod | None = None) -> None:
        """A try from the start; ``again`` where the person wants it already.

        Where the person chose no ``method`` yet, and the form does not come first, no child is
        started before they do.
        """
        seen = self._world.current_state()
        first = self._learn_ways(seen)
        self._proven = self._sent = False
        self._ask = {}
        self._method, self._next_way = method, None
        elsewhere = method in WAYS
        self._left_to_say = []
        self._drop_pages()
        self._page: FormPage = self._sign_in_page(seen)
        self._heed_reader()
        self._good_page: QWidget | None = None
        self._elsewhere = self._elsewhere_page() if elsewhere else None
        self._engine = None
        if elsewhere or SignInMethod.PASSWORD in (method, first):
            self._engine = self._new_engine(*_options(method), *more)
        if (
            seen.snapshot
            and status_view.good_for_long(seen.snapshot, seen.now)
            and not (again or method)
        ):
            self._show_still_good(status_view.state_line(seen.snapshot, seen.now))
        else:
            self._show_sign_in()

    def _learn_ways(self, seen: CurrentState) -> SignInMethod:
        """Which ones there are now, and the one that comes first."""
        snapshot, site = seen.snapshot, self._world.site
        retired, last = (
            (snapshot.retired, snapshot.method) if snapshot else (frozenset[str](), None)
        )
        first, there = first_method(site, retired, last), methods(site, retired)
        self._methods = tuple(sorted(there, key=lambda method: method is not first))
        return first

    def _choose(self, method: SignInMethod) -> None:
        """Another way: the form's child, which waits for an answer, ends first."""
        if self._engine is not None and self._engine.running:
            self._next_way = method
            self._engine.cancel()
        else:
            self._begin(method=method)

    def fill(self, values: dict[str, str]) -> None:
        """Fills the form in, as the demo's helper does for a person who only wants to see."""
        if self._pages.currentWidget() is self._good_page:
            self._show_sign_in()
        for kept in ("password", "otp"):
            self._page.type_it(kept)
        self._page.username.setText(values.get("username", ""))
        self._page.password.setText(values.get("password", ""))
        self._page.otp.setText(values.get("otp", ""))

    def _submit(self) -> None:
        if self.is_asked and self._engine:
            self._page.show_error(None, "")
            self._engine.answer(self._ask["ask"], self._page.values())
            self._ask = {}
            self._sent = True
            self._page.set_busy(True)

    def _agree(self, yes: bool) -> None:
        if yes and self._engine:
            self._engine.answer(self._ask["ask"], {self._ask["fields"][0]["name"]: True})
            self._ask = {}
            self._show_sign_in()
        else:
            self.close()

    def _decide(self, yes: bool) -> None:
        if self.is_asked and self._engine:
            self._engine.answer(self._ask["ask"], {KEEP_SIGN_IN: yes})
            self._ask = {}
            self._show_sign_in()

    def _connect(self, name: str) -> None:
        self._world.start("connect", name)
        self.close()

    def reject(self) -> None:
        """Escape and Cancel close as the window's own button does."""
        if self.is_running:
            self.close()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """A renewal that runs is cancelled first; a key already issued is still installed."""
        if self._engine is not None and self._engine.running:
            self._closing = True
            self._engine.cancel()
            (self._elsewhere or self._page).say("Cancelling\N{HORIZONTAL ELLIPSIS}")
            event.ignore()
            return
        super().closeEvent(event)

    # The pages

    def _drop_pages(self) -> None:
        """What was typed into an earlier try goes with its page."""
        while (page := self._pages.currentWidget()) is not None:
            self._pages.removeWidget(page)
            page.deleteLater()

    def _sign_in_page(self, seen: CurrentState) -> FormPage:
        account = seen.snapshot.account if seen.snapshot else None
        self._note = (
            status_view.quota_guard(seen.snapshot, seen.now) if seen.snapshot else seen.trouble
        )
        self._at_sixth_digit = seen.settings.submit_at_sixth_digit
        elsewhere = [method for method in self._methods if method in WAYS]
        beside = method_buttons(self._choose, elsewhere)
        page = FormPage(account or "", self._note, self._step_left, beside)
        page.submitted.connect(self._submit)
        return page

    def _elsewhere_page(self) -> ExternalPage:
        steps = ("signed-in", "issued", "installed", "in-agent")
        return ExternalPage(self._world.site.name, open_page, steps)

    def _step_left(self) -> float:
        return status_view.step_left(self._world.clock(), self._world.site.code_step_s)

    def _heed_reader(self) -> None:
        """While the screen is read aloud nothing happens by itself."""
        active = self._world.reader.is_active
        self._page.otp.set_completes(self._at_sixth_digit and not active)
        if active:
            self._linger.stop()

    def _show_still_good(self, state: str) -> None:
        page, layout = _blank()
        layout.addWidget(words_label("state", f"{state}. There is no need to renew it now."))
        layout.addWidget(connect_row(self._world.site.clusters, self._connect, _TAKEN))
        layout.addStretch()
        self._good_page = page
        renew = button("&Renew anyway", self._show_asked, "renew-anyway")
        self._show(page, "The key is still good", renew, self._closer())

    def _show_asked(self) -> None:
        """What the child waits for; before it has said anything, that is the sign-in."""
        if self._is_question:
            self._show_question(self._ask["fields"][0])
        else:
            self._show_sign_in()

    def _show_sign_in(self) -> None:
        if self._elsewhere:
            cancel = button("Cancel", self.close, "cancel")
            self._show(self._elsewhere, self._title, cancel)
        elif self._engine is None:
            site = self._world.site.name
            self._show_ways(self._title, f"{site} signs you in on its own page.")
        else:
            self._show_form()

    def _show_ways(self, title: str, detail: str) -> None:
        """In the place of the form."""
        page, layout = _blank()
        layout.addWidget(words_label("detail", detail))
        if self._note:
            layout.addWidget(words_label("note", self._note))
        layout.addStretch()
        self._show(page, title, *method_buttons(self._choose, self._methods), self._closer())

    def _show_form(self) -> None:
        renew = button("&Renew", self._page.submit, "renew")
        self._page.busy.connect(renew.setDisabled)
        renew.setDefault(True)
        self._show(self._page, self._title, renew, button("Cancel", self.close, "cancel"))

    def _show_question(self, field: dict[str, Any]) -> None:
        if field["name"] == KEEP_SIGN_IN:
            self._show_keep_question(field)
            return
        said = describe.describe(Cancelled("foreign-key", path=field["value"]))
        page, layout = _blank()
        layout.addWidget(words_label("question", f"{said.title}. {said.detail}"))
        layout.addStretch()
        yes = button("&Replace and keep a backup", lambda: self._agree(True), "replace")
        no = button("&Leave it as it is", lambda: self._agree(False), "leave")
        self._show(page, "There is a key already", yes, no)

    def _show_keep_question(self, field: dict[str, Any]) -> None:
        """A no only keeps nothing: the renewal goes on."""
        said = describe.describe(Cancelled("keep-question", path=field["value"]))
        page, layout = _blank()
        layout.addWidget(words_label("question", f"{said.title}. {said.detail}"))
        layout.addStretch()
        no = button("&Not now", lambda: self._decide(False), "not-now")
        yes = button("&Stay signed in", lambda: self._decide(True), "stay-signed-in")
        self._show(page, "Stay signed in?", no, yes)

    def _show_done(self, result: dict[str, Any]) -> None:
        seen = self._world.current_state()
        page, layout = _blank()
        if seen.snapshot:
            layout.addWidget(
                words_label("quota", f"{status_view.quota_line(seen.snapshot.quota, seen.now)}.")
            )
        if result["cancelled_late"]:
            late = "The key was issued before the wish to cancel came, so it was installed."
            layout.addWidget(words_label("late", late))
        for text in self._left_to_say:  # what went wrong once the key was there
            layout.addWidget(words_label("note", text))
        layout.addWidget(connect_row(self._world.site.clusters, self._connect, _TAKEN))
        if not (self._left_to_say or self._world.reader.is_active):
            closes = words_label("closes", "This window closes by itself.")
            layout.addWidget(closes)
            self._linger.stopped.connect(closes.hide)
        layout.addStretch()
        state = (
            status_view.state(seen.snapshot, seen.now) if seen.snapshot else "The key is installed"
        )
        self._show(page, state, self._closer())
        if not (self._left_to_say or self._world.reader.is_active):
            self._linger.start()

    def _show_failure(self, error: dict[str, Any]) -> None:
        page, layout = _blank()
        layout.addWidget(words_label("detail", error["detail"]))
        layout.addWidget(words_label("next-step", error["next_step"]))
        layout.addStretch()
        self._show(page, error["title"], *self._ways_on(error), self._closer())

    def _ways_on(self, error: dict[str, Any]) -> list[QPushButton]:
        """What can be done about this error, as buttons."""
        page = str(error["params"].get("dashboard", ""))
        buttons: list[QPushButton] = []
        if error["code"] in ("quota-used-up", "quota-refused") and self._method in WAYS:
            buttons.append(self._again("Re&place this computer's key", "--replace"))
        if error["code"] == "quota-used-up":
            buttons.append(self._again("&Ask the service all the same", "--force"))
        if buttons:
            return buttons
        if error["code"] == "service-retired" and page.startswith("https://"):
            return [button("&Open the page", lambda: open_page(page), "open-page")]
        by_form = self._method if self._method is SignInMethod.PASSWORD else None
        return [button("&Try again", lambda: self._begin(again=True, method=by_form), "again")]

    def _again(self, text: str, option: str) -> QPushButton:
        """Another try of the same way, with one option more."""
        method, name = self._method, option.lstrip("-")
        return button(text, lambda: self._begin(option, again=True, method=method), name)

    def _closer(self) -> QPushButton:
        return button("Clos&e", self.close, "close")

    def _show(self, page: QWidget, title: str, *buttons: QPushButton) -> None:
        if title != self._heading.text():
            self._heading.setText(title)
            announce(self, title)
        offer(self._buttons, *buttons)
        if end := self._world.quit_tray:
            world = self._world
            self._buttons.insertWidget(0, menu_button(world.site.clusters, world.start, end))
        if page is not self._page:
            buttons[0].setDefault(page is not self._elsewhere)  # Enter does not cancel a sign-in
            buttons[0].setFocus()
        # Last, or the cursor strays over whatever else is there.
        self._turn_to(page)
        # Once the layouts know the new page.
        QTimer.singleShot(0, self.adjustSize)

    def _turn_to(self, page: QWidget) -> None:
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        for one in self._pages.findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        ):
            one.setSizePolicy(*(_FITS if one is page else _YIELDS))


def _options(method: SignInMethod | None) -> list[str]:
    """For the child: without any it asks by form."""
    return [f"--{method.value}"] if method in WAYS and method else []


def _blank() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    return page, layout
