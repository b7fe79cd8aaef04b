"""The renewal dialog: a stack of pages, and the buttons of the page that is shown.

The controller decides which page that is.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.site import Site
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.renewal.account_page import AccountPage
from alpkey.desktop.windows.renewal.auto_close import AutoClose
from alpkey.desktop.windows.renewal.controller import (
    KEEP_SIGN_IN,
    FormOptions,
    RenewalController,
)
from alpkey.desktop.windows.renewal.done_page import DonePage
from alpkey.desktop.windows.renewal.external_sign_in_page import ExternalPage
from alpkey.desktop.windows.renewal.failure_page import FailurePage
from alpkey.desktop.windows.renewal.form_page import FormPage
from alpkey.desktop.windows.renewal.method_buttons import method_buttons
from alpkey.desktop.windows.renewal.methods_page import MethodsPage
from alpkey.desktop.windows.renewal.page import RenewalPage
from alpkey.desktop.windows.renewal.question_page import QuestionPage
from alpkey.desktop.windows.renewal.screens import (
    AccountQuestion,
    Done,
    ExternalSignIn,
    Failure,
    FirstAccountQuestion,
    KeepSignInQuestion,
    MethodChoice,
    ReplaceQuestion,
    Screen,
    SignInForm,
    StillGood,
    dialog_title,
)
from alpkey.desktop.windows.renewal.still_good_page import StillGoodPage
from alpkey.desktop.windows.renewal.tray_menu_button import menu_button
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    heading,
    offer,
    open_page,
    window_title,
)

MINIMUM_WIDTH_PX = 48 * GRID_PX
_STEPS_AFTER_SIGN_IN = ("signed-in", "issued", "installed", "in-agent")

# The dialog is as high as the page that is shown, not as the highest one.
_FITS = (QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
_YIELDS = (QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)


class RenewalWorld(NamedTuple):
    """What the dialog needs from outside.

    ``command`` is Alpkey's command line with these arguments, ``start`` runs it.  ``quit_tray`` is
    given where the dialog also replaces the tray's menu.
    """

    site: Site
    current_state: Callable[[], CurrentState]
    command: Callable[..., list[str]]
    start: Callable[..., object]
    reader: ScreenReader
    clock: Callable[[], datetime]
    quit_tray: Callable[[], object] | None = None


class RenewalDialog(Dialog):
    """One renewal; ``then_connect`` is the host to connect to as soon as the key is installed.

    ``again``: replace a key that is good for long without asking first.
    ``renewed``: the key is installed, and nothing else needs to be read.
    """

    renewed = Signal()

    def __init__(
        self, world: RenewalWorld, then_connect: str | None = None, *, again: bool = False
    ) -> None:
        super().__init__()
        self._world = world
        self._form: FormPage | None = None
        self._external: ExternalPage | None = None
        self._submit_at_sixth_digit = False
        self._title = dialog_title(world.site)
        self.setWindowTitle(window_title(self._title, world.site))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._auto_close = AutoClose(self)
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
        self._controller = RenewalController(world.site, self, world.current_state, then_connect)
        self._controller.begin(again=again)

    @property
    def form(self) -> FormPage:
        """The form of this attempt."""
        if self._form is None:
            raise RuntimeError("no attempt has begun")
        return self._form

    @property
    def is_running(self) -> bool:
        return self._controller.is_running

    @property
    def is_under_way(self) -> bool:
        """Whether what the user typed was sent, and there is no result yet."""
        return self._controller.is_under_way

    @property
    def is_asked(self) -> bool:
        return self._controller.is_asked

    def fill(self, values: dict[str, str]) -> None:
        """Fill the form in, as the demo's helper does for a user who only wants to see."""
        self._controller.renew_anyway()
        self.form.fill(values)

    # What the controller asks for

    def new_form(self, options: FormOptions) -> FormPage:
        while (page := self._pages.currentWidget()) is not None:
            self._pages.removeWidget(page)
            page.deleteLater()
        self._external = None
        self._submit_at_sixth_digit = options.submit_at_sixth_digit
        self._form = FormPage(
            self._title,
            options.account,
            options.note,
            self._step_left,
            method_buttons(self._controller.choose_method, options.methods),
        )
        self._form.submitted.connect(self._controller.submit)
        self._heed_reader()
        return self._form

    def new_external(self) -> ExternalPage:
        self._external = ExternalPage(
            self._world.site.name, open_page, _STEPS_AFTER_SIGN_IN, self._title
        )
        return self._external

    def start_child(self, *options: str) -> ChildProcess:
        child = ChildProcess(self._world.command("renew", "--events", *options), self)
        child.asked.connect(self._controller.asked)
        child.stepped.connect(self._controller.stepped)
        child.warned.connect(self._controller.warned)
        child.shown.connect(self._controller.shown)
        child.done.connect(self._controller.done)
        child.failed.connect(self._controller.failed)
        child.start()
        return child

    def show_screen(self, screen: Screen) -> None:
        page = self._page(screen)
        if page.title != self._heading.text():
            self._heading.setText(page.title)
            announce(self, page.title)
        buttons = page.buttons(self.close)
        offer(self._buttons, *buttons)
        if quit_tray := self._world.quit_tray:
            hosts = self._world.site.clusters
            self._buttons.insertWidget(0, menu_button(hosts, self._world.start, quit_tray))
        if page.focuses_first_button:
            buttons[0].setFocus()
        # After the focus, or the cursor moves over whatever else is there.
        self._turn_to(page)
        if page.focuses_first_button:
            default = page.default_button(buttons)
            default.setDefault(page.first_button_is_default)
            default.setFocus()
        # Once the layouts know the new page.
        QTimer.singleShot(0, self.adjustSize)
        if isinstance(screen, Done) and self._closes_itself(screen):
            self._auto_close.start()

    def notify_renewed(self) -> None:
        self.renewed.emit()

    def connect_to(self, host: str) -> None:
        self._world.start("connect", host)
        self.close()

    def _never_stay_signed_in(self) -> None:
        self._world.start("settings", "set", KEEP_SIGN_IN, "no")
        self._controller.answer_question(yes=False)

    def _revoke_a_key(self) -> None:
        self._world.start("window", "main", "--page", "keys")
        self.close()

    # Closing

    def reject(self) -> None:
        """Escape and Cancel close as the window's own button does."""
        if self.is_running:
            self.close()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """A renewal that runs is cancelled first; a key already issued is still installed."""
        if self._controller.cancel_to_close():
            event.ignore()
        else:
            super().closeEvent(event)

    # The pages

    def _page(self, screen: Screen) -> RenewalPage:
        clusters, controller = self._world.site.clusters, self._controller
        match screen:
            case StillGood():
                return StillGoodPage(screen, clusters, self.connect_to, controller.renew_anyway)
            case MethodChoice():
                return MethodsPage(screen, controller.choose_method)
            case ReplaceQuestion() | KeepSignInQuestion():
                return QuestionPage(screen, controller.answer_question, self._never_stay_signed_in)
            case FirstAccountQuestion() | AccountQuestion():
                return AccountPage(screen, controller.answer_question)
            case Done():
                closes_itself = self._closes_itself(screen)
                page = DonePage(screen, clusters, self.connect_to, closes_itself=closes_itself)
                self._auto_close.stopped.connect(page.stays_open)
                return page
            case Failure():
                return FailurePage(screen, controller.act_on_failure, self._revoke_a_key)
            case ExternalSignIn() if self._external is not None:
                return self._external
            case SignInForm() | ExternalSignIn():
                return self.form

    def _step_left(self) -> float:
        return status_view.step_left(self._world.clock(), self._world.site.code_step_s)

    def _closes_itself(self, done: Done) -> bool:
        return not (done.notes or self._world.reader.is_active)

    def _heed_reader(self) -> None:
        """While the screen is read aloud nothing happens by itself."""
        active = self._world.reader.is_active
        self.form.otp.set_completes(self._submit_at_sixth_digit and not active)
        if active:
            self._auto_close.stop()

    def _turn_to(self, page: QWidget) -> None:
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        for child in self._pages.findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        ):
            child.setSizePolicy(*(_FITS if child is page else _YIELDS))
