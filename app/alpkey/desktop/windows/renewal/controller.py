"""What a renewal shows next, from what its child says and what the user does.  Knows no Qt.

The dialog is the view: it builds the pages, and calls back with each event and each choice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from alpkey.core.errors import Cancelled, ErrorObject, Param
from alpkey.core.events import AskObject, FieldObject, ShowObject
from alpkey.core.messages.warnings import WARNINGS, warning_text
from alpkey.core.results.status import RenewResult
from alpkey.core.signin.methods import first_method, methods
from alpkey.core.site import SignInMethod, Site
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.renewal.screens import (
    AccountQuestion,
    Done,
    ExternalSignIn,
    Failure,
    FailureAction,
    FirstAccountQuestion,
    KeepSignInQuestion,
    MethodChoice,
    ReplaceQuestion,
    Screen,
    SignInForm,
    StillGood,
    dialog_title,
)

# Methods that sign in outside this dialog.
EXTERNAL_METHODS = (SignInMethod.BROWSER, SignInMethod.DEVICE)

# The question whether to stay signed in.
KEEP_SIGN_IN = "keep_sign_in"
# The question whether the account that signed in is the right one.
FIRST_ACCOUNT = "first_account"

OTHER_SERVICE = "Signing in with the browser leads to another service, which may work."

# Errors after which the other sign-in methods replace the form.
_FORM_NO_LONGER = ("service-retired", "password-not-allowed")


class FormOptions(NamedTuple):
    """What a new form shows; ``methods`` are offered beside it."""

    account: str
    note: str
    methods: tuple[SignInMethod, ...]
    submit_at_sixth_digit: bool


class Child(Protocol):
    """The process that renews; ``running`` until it has reported its result."""

    @property
    def running(self) -> bool: ...

    def answer(self, number: int, values: Mapping[str, str | bool]) -> None: ...

    def cancel(self) -> None: ...


class Progress(Protocol):
    """A page that shows how far the renewal is."""

    def reach(self, step: str) -> None: ...

    def say(self, text: str) -> None: ...


class Form(Progress, Protocol):
    """The form, as the controller uses it."""

    def values(self) -> dict[str, str | bool]: ...

    def set_fields(self, fields: Sequence[FieldObject]) -> None: ...

    def suggest_username(self, name: str) -> None: ...

    def unlock(self, *, proven: bool) -> None: ...

    def set_busy(self, busy: bool) -> None: ...

    def show_error(self, error: ErrorObject | None, field: str) -> None: ...


class External(Progress, Protocol):
    """The page of an external sign-in, as the controller uses it."""

    def show_page(self, page: ShowObject) -> None: ...


class View(Protocol):
    """The dialog, as the controller uses it."""

    def new_form(self, options: FormOptions) -> Form:
        """Discard every page of the last attempt with what was typed, and make a form."""

    def new_external(self) -> External:
        """Make the page of an external sign-in for this attempt."""

    def start_child(self, *options: str) -> Child:
        """Start ``alpkey renew`` with these options; its events go to the controller."""

    def show_screen(self, screen: Screen) -> None: ...

    def notify_renewed(self) -> None:
        """The key is installed, and nothing else needs to be read."""

    def connect_to(self, host: str) -> None: ...

    def accept(self) -> None: ...

    def reject(self) -> None: ...


class RenewalController:
    """One renewal with all its attempts; ``begin`` starts the first one.

    ``then_connect`` is the host to connect to as soon as the key is installed.  For the form the
    child runs from the start, so that the service is verified while the user types; for another
    sign-in method it starts with the click.
    """

    def __init__(
        self,
        site: Site,
        view: View,
        current_state: Callable[[], CurrentState],
        then_connect: str | None = None,
    ) -> None:
        self._site = site
        self._view = view
        self._current_state = current_state
        self._then_connect = then_connect
        self._ask: AskObject | None = None
        self._notes: list[str] = []
        self._proven = self._sent = self._closing = False
        self._child: Child | None = None
        self._form: Form
        self._external: External | None = None
        self._method: SignInMethod | None = None
        self._next_method: SignInMethod | None = None
        self._methods: tuple[SignInMethod, ...] = ()
        self._quota_note = ""
        self._screen: Screen | None = None

    @property
    def is_running(self) -> bool:
        """Whether a child has not reported its result yet."""
        return self._child is not None and self._child.running

    @property
    def is_under_way(self) -> bool:
        """Whether what the user typed was sent, and there is no result yet."""
        return self.is_running and self._sent

    @property
    def is_asked(self) -> bool:
        """Whether the child waits for an answer."""
        return bool(self._ask)

    def begin(self, *options: str, again: bool = False, method: SignInMethod | None = None) -> None:
        """Start an attempt; ``again`` skips the page that says that the key is still good.

        Without a ``method``, and where the form does not come first, no child is started before
        the user has chosen one.
        """
        state = self._current_state()
        snapshot = state.snapshot
        first = self._find_methods(state)
        self._proven = self._sent = False
        self._ask = None
        self._notes = []
        self._method, self._next_method = method, None
        self._quota_note = (
            status_view.quota_guard(snapshot, state.now) if snapshot else state.trouble
        )
        self._form = self._view.new_form(
            FormOptions(
                (snapshot.account if snapshot else None) or "",
                self._quota_note,
                tuple(method for method in self._methods if method in EXTERNAL_METHODS),
                state.settings.submit_at_sixth_digit,
            )
        )
        is_external = method in EXTERNAL_METHODS
        self._external = self._view.new_external() if is_external else None
        self._child = None
        if is_external or SignInMethod.PASSWORD in (method, first):
            self._child = self._view.start_child(*_options(method), *options)
        is_early = snapshot is not None and status_view.good_for_long(snapshot, state.now)
        if snapshot and is_early and not (again or method):
            self._show(StillGood(status_view.state_line(snapshot, state.now)))
        else:
            self._show_sign_in()

    # Events of the child

    def asked(self, ask: AskObject) -> None:
        """A question repeated with the same number only adds what the keychain returned."""
        is_repeated = self._ask is not None and ask["ask"] == self._ask["ask"]
        self._ask = ask
        self._sent = False
        if is_repeated:
            self._form.set_fields(ask["fields"])
            return
        if self._question is None:
            self._prepare_form(ask)
        if not isinstance(self._screen, StillGood):
            self._show_asked()

    def stepped(self, step: str) -> None:
        self._progress.reach(step)
        if step == "issued":
            self._notes = []
        if step == "service-ready":
            self._proven = True
            self._form.unlock(proven=True)

    def warned(self, code: str, params: Mapping[str, Param]) -> None:
        if code in WARNINGS:
            self._notes.append(warning_text(code, params))
            self._progress.say(self._notes[-1])

    def shown(self, page: ShowObject) -> None:
        if self._external:
            self._external.show_page(page)

    def done(self, result: RenewResult) -> None:
        if self._closing:
            self._view.accept()
        elif self._then_connect:
            self._view.connect_to(self._then_connect)
        else:
            self._show_done(result)
            if not (self._notes or result["cancelled_late"]):
                self._view.notify_renewed()

    def failed(self, error: ErrorObject) -> None:
        if self._closing or self._next_method or error["code"] == Cancelled.default_code:
            self._end()
        elif error["code"] in _FORM_NO_LONGER and self._site.has_gateway:
            self._methods = tuple(method for method in self._methods if method in EXTERNAL_METHODS)
            self._show_methods(error["title"], error["detail"])
        else:
            self._show_failure(error)

    # Choices of the user

    def submit(self) -> None:
        """Send what was typed into the form, if the child waits for it."""
        if self.is_asked:
            self._form.show_error(None, "")
            self._answer(self._form.values())
            self._sent = True
            self._form.set_busy(True)

    def choose_method(self, method: SignInMethod) -> None:
        """Sign in another way: a child that still waits for an answer ends first."""
        if self._child is not None and self._child.running:
            self._next_method = method
            self._child.cancel()
        else:
            self.begin(method=method)

    def renew_anyway(self) -> None:
        """Go on from the page that says that the key is still good."""
        if isinstance(self._screen, StillGood):
            self._show_asked()

    def answer_question(self, yes: bool | str) -> None:
        """Answer the question that is shown, and go on with the sign-in."""
        if question := self._question:
            self._answer({question["name"]: yes})
            self._show_sign_in()

    def act_on_failure(self, action: FailureAction) -> None:
        """Start the attempt that ``action`` stands for; ``OPEN_PAGE`` and ``REVOKE`` start none."""
        match action:
            case FailureAction.REPLACE | FailureAction.FORCE:
                self.begin(f"--{action.value}", again=True, method=self._method)
            case FailureAction.TRY_AGAIN:
                is_form = self._method is SignInMethod.PASSWORD
                self.begin(again=True, method=self._method if is_form else None)

    def cancel_to_close(self) -> bool:
        """Cancel a child that runs; whether the dialog has to wait for its end.

        A key already issued is still installed.
        """
        if self._child is None or not self._child.running:
            return False
        self._closing = True
        self._child.cancel()
        self._progress.say("Cancelling\N{HORIZONTAL ELLIPSIS}")
        return True

    # What is shown

    @property
    def _progress(self) -> Progress:
        return self._external or self._form

    @property
    def _question(self) -> FieldObject | None:
        """The field that is asked for, if the answer is one of a few."""
        first = self._ask["fields"][0] if self._ask else None
        return first if first and first["kind"] in ("confirm", "choice") else None

    def _find_methods(self, state: CurrentState) -> SignInMethod:
        """Find the methods that lead to a key now; return the one that comes first."""
        snapshot = state.snapshot
        retired = snapshot.retired if snapshot else frozenset[str]()
        first = first_method(self._site, retired, snapshot.method if snapshot else None)
        possible = methods(self._site, retired)
        self._methods = tuple(sorted(possible, key=lambda method: method is not first))
        return first

    def _prepare_form(self, ask: AskObject) -> None:
        fields, error = ask["fields"], ask["error"]
        self._form.set_busy(False)
        self._form.set_fields(fields)
        self._form.unlock(proven=self._proven)
        wrong = error["params"].get("field") if error else None
        self._form.show_error(error, str(wrong or "otp"))
        if error is None:
            known = {field["name"]: field["value"] for field in fields}
            self._form.suggest_username(known.get("username") or "")

    def _answer(self, values: Mapping[str, str | bool]) -> None:
        if self._child is not None and self._ask is not None:
            self._child.answer(self._ask["ask"], values)
            self._ask = None

    def _end(self) -> None:
        """The child was cancelled: for another sign-in method, or to close."""
        if self._next_method and not self._closing:
            self.begin(method=self._next_method)
        else:
            self._view.reject()

    def _show(self, screen: Screen) -> None:
        self._screen = screen
        self._view.show_screen(screen)

    def _show_asked(self) -> None:
        """Show what the child waits for; before it has asked anything, that is the sign-in."""
        field = self._question
        if field is None:
            self._show_sign_in()
            return
        value, error = field["value"] or "", self._ask["error"] if self._ask else None
        if field["kind"] == "choice" and error:
            self._show(AccountQuestion(value, error["title"], error["detail"]))
        elif field["name"] == FIRST_ACCOUNT:
            self._show(FirstAccountQuestion(value))
        else:
            question = KeepSignInQuestion if field["name"] == KEEP_SIGN_IN else ReplaceQuestion
            self._show(question(value))

    def _show_sign_in(self) -> None:
        if self._external:
            self._show(ExternalSignIn())
        elif self._child is None:
            self._show_methods(
                dialog_title(self._site), f"{self._site.name} signs you in on its own page."
            )
        else:
            self._show(SignInForm())

    def _show_methods(
        self, title: str, detail: str, methods: tuple[SignInMethod, ...] | None = None
    ) -> None:
        offered = self._methods if methods is None else methods
        self._show(MethodChoice(title, detail, self._quota_note, offered))

    @property
    def _is_external(self) -> bool:
        return self._method in EXTERNAL_METHODS

    def _show_done(self, result: RenewResult) -> None:
        state = self._current_state()
        title, quota = "The key is installed", ""
        if snapshot := state.snapshot:
            title = status_view.state(snapshot, state.now)
            quota = f"{status_view.quota_line(snapshot.quota, state.now)}."
        self._show(Done(title, quota, result["cancelled_late"], tuple(self._notes)))

    def _show_failure(self, error: ErrorObject) -> None:
        if error["params"].get("instead") and not self._is_external:
            external = tuple(method for method in self._methods if method in EXTERNAL_METHODS)
            others = (*external, SignInMethod.PASSWORD)
            self._show_methods(error["title"], f"{error['detail']} {OTHER_SERVICE}", others)
            return
        page = str(error["params"].get("dashboard", ""))
        actions = self._actions(error["code"], has_page=page.startswith("https://"))
        self._show(Failure(error["title"], error["detail"], error["next_step"], actions, page))

    def _actions(self, code: str, *, has_page: bool) -> tuple[FailureAction, ...]:
        if code in ("quota-used-up", "quota-refused"):
            replace = (FailureAction.REPLACE,) if self._method in EXTERNAL_METHODS else ()
            revoke = (FailureAction.REVOKE,) if self._site.has_gateway else ()
            # Only this computer's count may be wrong; the service's changes once a key is revoked.
            own_count = code == "quota-used-up"
            again = FailureAction.FORCE if own_count else FailureAction.TRY_AGAIN
            return (*revoke, *replace, again)
        if code == "service-retired" and has_page:
            return (FailureAction.OPEN_PAGE,)
        return (FailureAction.TRY_AGAIN,)


def _options(method: SignInMethod | None) -> list[str]:
    """The child's option for ``method``; without one it asks for the form's fields."""
    return [f"--{method.value}"] if method in EXTERNAL_METHODS and method else []
