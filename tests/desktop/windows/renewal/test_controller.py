"""What a renewal shows, event by event and choice by choice; without Qt and without a child."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from alpkey.core.site import SignInMethod, Site
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.windows.renewal.controller import FormOptions, RenewalController
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
)
from tests.core.sites import site, site_taking
from tests.core.state.test_snapshot import HOUR, MISSING, NOW, snapshot

GOOD = snapshot(before=13 * HOUR)
RETIRED = replace(MISSING, retired=frozenset({"sshservice"}))
BROWSER, DEVICE, PASSWORD = SignInMethod.BROWSER, SignInMethod.DEVICE, SignInMethod.PASSWORD
TYPED: dict[str, str | bool] = {"username": "alice", "password": "secret", "otp": "123456"}
FIELDS = [
    {"name": "username", "kind": "text", "kept": False, "value": "alice"},
    {"name": "password", "kind": "secret", "kept": False, "value": None},
    {"name": "otp", "kind": "otp", "kept": False, "value": None},
]
RESULT = {"renewed": True, "cancelled_late": False}
CANCELLED = {"code": "cancelled"}


class FakeChild:
    """A fake of the renewing process, which records what it is sent."""

    def __init__(self) -> None:
        self.running = True
        self.answers: list[tuple[int, dict[str, str | bool]]] = []
        self.cancelled = False

    def answer(self, number: int, values: Mapping[str, str | bool]) -> None:
        self.answers.append((number, dict(values)))

    def cancel(self) -> None:
        self.cancelled = True


class FakePage:
    """A fake of both the form and the external page, which records what it shows."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.note = self.username = ""
        self.page: dict[str, Any] = {}
        self.fields: Sequence[dict[str, Any]] = ()
        self.error: tuple[str, str] | None = None
        self.is_open = self.is_busy = False

    def reach(self, step: str) -> None:
        self.steps.append(step)

    def say(self, text: str) -> None:
        self.note = text

    def show_page(self, page: dict[str, Any]) -> None:
        self.page = page

    def values(self) -> dict[str, str | bool]:
        return TYPED

    def set_fields(self, fields: Sequence[dict[str, Any]]) -> None:
        self.fields = fields

    def suggest_username(self, name: str) -> None:
        self.username = name

    def unlock(self, *, proven: bool) -> None:
        self.is_open = proven

    def set_busy(self, busy: bool) -> None:
        self.is_busy = busy

    def show_error(self, error: dict[str, Any] | None, field: str) -> None:
        self.error = (error["code"], field) if error else None


class FakeView:
    """A fake of the dialog: the last screen, form and child, and everything that it was asked."""

    def __init__(self, state: Snapshot, at: Site, then_connect: str | None) -> None:
        self.state = state
        self.screens: list[Screen] = []
        self.forms: list[FakePage] = []
        self.options: FormOptions
        self.external = FakePage()
        self.children: list[tuple[FakeChild, tuple[str, ...]]] = []
        self.ended: list[str] = []
        self.controller = RenewalController(
            at, self, lambda: CurrentState(NOW, self.state), then_connect
        )

    @property
    def screen(self) -> Screen:
        return self.screens[-1]

    @property
    def form(self) -> FakePage:
        return self.forms[-1]

    @property
    def child(self) -> FakeChild:
        return self.children[-1][0]

    @property
    def started(self) -> list[tuple[str, ...]]:
        return [options for _, options in self.children]

    def new_form(self, options: FormOptions) -> FakePage:
        self.options = options
        self.forms.append(FakePage())
        return self.form

    def new_external(self) -> FakePage:
        self.external = FakePage()
        return self.external

    def start_child(self, *options: str) -> FakeChild:
        self.children.append((FakeChild(), options))
        return self.child

    def show_screen(self, screen: Screen) -> None:
        self.screens.append(screen)

    def notify_renewed(self) -> None:
        self.ended.append("renewed")

    def connect_to(self, host: str) -> None:
        self.ended.append(f"connect {host}")

    def accept(self) -> None:
        self.ended.append("accept")

    def reject(self) -> None:
        self.ended.append("reject")


def begun(
    state: Snapshot = MISSING,
    at: Site | None = None,
    then_connect: str | None = None,
    *,
    again: bool = False,
) -> FakeView:
    view = FakeView(state, at or site(), then_connect)
    view.controller.begin(again=again)
    return view


def asked(
    number: int = 1, fields: Sequence[object] = FIELDS, error: object = None
) -> dict[str, Any]:
    return {"event": "ask", "ask": number, "fields": fields, "error": error}


def question(name: str, value: str) -> dict[str, Any]:
    return asked(fields=[{"name": name, "kind": "confirm", "kept": False, "value": value}])


def error(code: str, **params: str) -> dict[str, Any]:
    words = {"title": f"Title of {code}", "detail": "Why", "next_step": "What to do"}
    return {"code": code, "params": params, **words}


def fail(view: FakeView, failure: dict[str, Any]) -> None:
    view.child.running = False
    view.controller.failed(failure)


def test_the_form_comes_first_and_its_child_runs_from_the_start() -> None:
    view = begun()
    assert view.screens == [SignInForm()]
    assert view.started == [()]
    assert view.options == FormOptions("", "", (BROWSER, DEVICE), True)


def test_a_key_that_is_good_is_shown_first_unless_it_is_to_be_replaced() -> None:
    assert isinstance(begun(GOOD).screen, StillGood)
    assert begun(GOOD, again=True).screen == SignInForm()


def test_a_question_waits_behind_a_good_key() -> None:
    view = begun(GOOD)
    view.controller.asked(question("replace", "/home/alice/.ssh/key"))
    assert isinstance(view.screen, StillGood)
    view.controller.renew_anyway()
    assert view.screen == ReplaceQuestion("/home/alice/.ssh/key")


def test_renew_anyway_does_nothing_on_another_page() -> None:
    view = begun()
    view.controller.renew_anyway()
    assert view.screens == [SignInForm()]


def test_the_form_opens_once_the_service_is_verified() -> None:
    view = begun()
    view.controller.asked(asked())
    assert not view.form.is_open
    view.controller.stepped("service-ready")
    assert view.form.is_open
    assert view.form.username == "alice"


def test_what_was_typed_is_the_answer_and_the_form_is_busy() -> None:
    view = begun()
    view.controller.submit()
    assert view.child.answers == []
    view.controller.asked(asked(7))
    view.controller.submit()
    assert view.child.answers == [(7, TYPED)]
    assert view.form.is_busy
    assert view.controller.is_under_way
    assert not view.controller.is_asked


def test_a_repeated_question_only_changes_the_fields() -> None:
    view = begun()
    view.controller.asked(asked())
    shown = len(view.screens)
    saved = [FIELDS[0], {**FIELDS[1], "kept": True}, FIELDS[2]]
    view.controller.asked(asked(fields=saved))
    assert view.form.fields == saved
    assert len(view.screens) == shown


def test_a_refusal_is_shown_at_its_field() -> None:
    view = begun()
    view.controller.asked(asked())
    view.controller.submit()
    view.controller.asked(asked(2, error=error("sign-in-refused")))
    assert view.form.error == ("sign-in-refused", "otp")
    assert not view.form.is_busy
    assert not view.controller.is_under_way
    view.controller.submit()
    assert view.form.error is None
    view.controller.asked(asked(3, error=error("username-unfit", field="username")))
    assert view.form.error == ("username-unfit", "username")


def test_another_method_waits_for_the_end_of_the_forms_child() -> None:
    view = begun()
    view.controller.asked(asked())
    first = view.child
    view.controller.choose_method(BROWSER)
    assert first.cancelled
    assert view.started == [()]
    fail(view, CANCELLED)
    assert view.started == [(), ("--browser",)]
    assert view.screen == ExternalSignIn()
    assert view.ended == []


def test_an_external_sign_in_shows_its_page_and_its_steps() -> None:
    view = begun(RETIRED)
    view.controller.choose_method(DEVICE)
    view.controller.shown({"kind": "device", "url": "https://example.org"})
    view.controller.stepped("signed-in")
    assert view.external.page["url"] == "https://example.org"
    assert view.external.steps == ["signed-in"]
    assert view.form.steps == []


def test_without_a_form_no_child_starts_before_a_method_is_chosen() -> None:
    view = begun(RETIRED)
    assert view.children == []
    assert isinstance(view.screen, MethodChoice)
    assert view.screen.methods == (BROWSER, DEVICE)
    view.controller.choose_method(DEVICE)
    assert view.started == [("--device",)]


@pytest.mark.parametrize("last", [BROWSER, DEVICE])
def test_the_method_used_last_comes_first(last: SignInMethod) -> None:
    view = begun(replace(MISSING, method=last))
    assert isinstance(view.screen, MethodChoice)
    assert view.screen.methods[0] is last
    assert set(view.screen.methods) == {BROWSER, DEVICE, PASSWORD}
    view.controller.choose_method(PASSWORD)
    assert view.started == [()]
    assert view.screen == SignInForm()


def test_a_method_that_was_chosen_skips_the_good_key() -> None:
    view = begun(replace(GOOD, retired=frozenset({"sshservice"})))
    view.controller.choose_method(BROWSER)
    assert view.screen == ExternalSignIn()


@pytest.mark.parametrize("code", ["service-retired", "password-not-allowed"])
def test_where_passwords_are_no_longer_taken_other_methods_replace_the_form(code: str) -> None:
    view = begun()
    fail(view, error(code))
    assert view.screen == MethodChoice(f"Title of {code}", "Why", "", (BROWSER, DEVICE))


@pytest.mark.parametrize("yes", [True, False])
def test_either_answer_about_staying_signed_in_goes_on(yes: bool) -> None:
    view = begun(RETIRED)
    view.controller.choose_method(BROWSER)
    view.controller.asked(question("keep_sign_in", "CSCS"))
    assert view.screen == KeepSignInQuestion("CSCS")
    view.controller.answer_question(yes)
    assert view.child.answers == [(1, {"keep_sign_in": yes})]
    assert view.screen == ExternalSignIn()


@pytest.mark.parametrize("answer", ["switch", "use"])
def test_another_account_is_named_and_asked_about(answer: str) -> None:
    view = begun(RETIRED)
    view.controller.choose_method(BROWSER)
    field = {"name": "account", "kind": "choice", "kept": False, "value": "alice"}
    view.controller.asked(asked(10, [field], error("another-account")))
    assert view.screen == AccountQuestion("alice", "Title of another-account", "Why")
    view.controller.answer_question(answer)
    assert view.child.answers == [(10, {"account": answer})]
    assert view.screen == ExternalSignIn()


def test_the_first_account_is_named_and_confirmed() -> None:
    view = begun(RETIRED)
    view.controller.choose_method(BROWSER)
    view.controller.asked(question("first_account", "alice"))
    assert view.screen == FirstAccountQuestion("alice")
    view.controller.answer_question(True)
    assert view.child.answers == [(1, {"first_account": True})]


@pytest.mark.parametrize(
    "code", ["too-slow", "no-network", "service-trouble", "redirected", "tls-untrusted"]
)
def test_trouble_of_the_password_service_offers_the_other_one(code: str) -> None:
    view = begun()
    fail(view, error(code, instead="--browser"))
    assert isinstance(view.screen, MethodChoice)
    assert view.screen.methods == (BROWSER, DEVICE, PASSWORD)
    view.controller.choose_method(BROWSER)
    assert view.started[-1] == ("--browser",)


def test_a_yes_to_replace_a_key_leads_on_to_the_form() -> None:
    view = begun()
    view.controller.asked(question("replace", "key"))
    view.controller.answer_question(True)
    assert view.child.answers == [(1, {"replace": True})]
    assert view.screen == SignInForm()
    view.controller.answer_question(True)
    assert len(view.child.answers) == 1


def test_a_success_is_shown_and_reported() -> None:
    view = begun()
    view.state = GOOD
    view.controller.done(RESULT)
    assert isinstance(view.screen, Done)
    assert view.screen.title.startswith("Key valid until")
    assert view.screen.notes == ()
    assert view.ended == ["renewed"]


def test_a_success_with_a_host_to_connect_to_shows_nothing() -> None:
    view = begun(then_connect="santis")
    view.controller.done(RESULT)
    assert view.screens == [SignInForm()]
    assert view.ended == ["connect santis"]


def test_only_what_failed_after_the_certificate_stays_to_be_read() -> None:
    trouble = {"title": "It is locked", "detail": ""}
    view = begun()
    view.controller.warned("kept-unread", trouble)
    assert "It is locked" in view.form.note
    view.controller.stepped("issued")
    view.controller.warned("not-kept", trouble)
    view.controller.warned("of-a-later-version", {})
    view.controller.done(RESULT)
    assert isinstance(view.screen, Done)
    [note] = view.screen.notes
    assert "It is locked" in note
    assert view.ended == []


def test_a_cancel_that_came_too_late_is_shown_and_not_reported() -> None:
    view = begun()
    view.controller.done({**RESULT, "cancelled_late": True})
    assert isinstance(view.screen, Done)
    assert view.screen.cancelled_late
    assert view.ended == []


def test_closing_cancels_and_ends_with_the_child() -> None:
    view = begun()
    assert view.controller.cancel_to_close()
    assert view.child.cancelled
    assert view.form.note.startswith("Cancelling")
    fail(view, CANCELLED)
    assert view.ended == ["reject"]
    assert not view.controller.cancel_to_close()


def test_a_key_that_was_issued_while_closing_ends_well() -> None:
    view = begun()
    view.controller.cancel_to_close()
    view.controller.done(RESULT)
    assert view.ended == ["accept"]


def test_closing_wins_over_another_method() -> None:
    view = begun()
    view.controller.choose_method(BROWSER)
    view.controller.cancel_to_close()
    fail(view, CANCELLED)
    assert view.ended == ["reject"]
    assert view.started == [()]


@pytest.mark.parametrize(
    ("code", "method", "actions"),
    [
        ("unreachable", None, (FailureAction.TRY_AGAIN,)),
        ("quota-used-up", None, (FailureAction.REVOKE, FailureAction.FORCE)),
        (
            "quota-used-up",
            BROWSER,
            (FailureAction.REVOKE, FailureAction.REPLACE, FailureAction.FORCE),
        ),
        (
            "quota-refused",
            DEVICE,
            (FailureAction.REVOKE, FailureAction.REPLACE, FailureAction.TRY_AGAIN),
        ),
        ("quota-refused", None, (FailureAction.REVOKE, FailureAction.TRY_AGAIN)),
    ],
)
def test_what_can_be_done_about_a_failure(
    code: str, method: SignInMethod | None, actions: tuple[FailureAction, ...]
) -> None:
    view = begun(RETIRED if method else MISSING)
    if method:
        view.controller.choose_method(method)
    fail(view, error(code))
    assert isinstance(view.screen, Failure)
    assert view.screen.actions == actions


@pytest.mark.parametrize(
    ("code", "action"),
    [("quota-used-up", FailureAction.FORCE), ("quota-refused", FailureAction.TRY_AGAIN)],
)
def test_without_a_gateway_no_key_can_be_revoked(code: str, action: FailureAction) -> None:
    classic = tuple(service for service in site().services if service.name == "sshservice")
    view = begun(at=replace(site(), services=classic))
    fail(view, error(code))
    assert isinstance(view.screen, Failure)
    assert view.screen.actions == (action,)


@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("https://example.org", FailureAction.OPEN_PAGE),
        ("file:///etc/passwd", FailureAction.TRY_AGAIN),
    ],
)
def test_a_retired_service_without_a_gateway_leads_to_its_page(
    address: str, action: FailureAction
) -> None:
    classic = tuple(service for service in site().services if service.name == "sshservice")
    view = begun(at=replace(site(), services=classic))
    fail(view, error("service-retired", dashboard=address))
    assert isinstance(view.screen, Failure)
    assert view.screen.actions == (action,)


@pytest.mark.parametrize(
    ("action", "options"),
    [
        (FailureAction.REPLACE, ("--browser", "--replace")),
        (FailureAction.FORCE, ("--browser", "--force")),
    ],
)
def test_another_attempt_uses_the_same_method(
    action: FailureAction, options: tuple[str, ...]
) -> None:
    view = begun(RETIRED)
    view.controller.choose_method(BROWSER)
    fail(view, error("quota-used-up"))
    view.controller.act_on_failure(action)
    assert view.started[-1] == options


def test_trying_again_forgets_an_external_method_and_what_was_typed() -> None:
    view = begun(RETIRED)
    view.controller.choose_method(BROWSER)
    fail(view, error("unreachable"))
    forms = len(view.forms)
    view.controller.act_on_failure(FailureAction.TRY_AGAIN)
    assert isinstance(view.screen, MethodChoice)
    assert len(view.forms) == forms + 1


def test_trying_again_by_password_starts_with_the_form() -> None:
    view = begun(replace(MISSING, method=BROWSER), site_taking(*SignInMethod))
    view.controller.choose_method(PASSWORD)
    fail(view, error("unreachable"))
    view.controller.act_on_failure(FailureAction.TRY_AGAIN)
    assert view.screen == SignInForm()
    assert view.started == [(), ()]


def test_settings_that_cannot_be_read_are_named_in_the_form() -> None:
    view = begun()
    controller = RenewalController(
        site(), view, lambda: CurrentState(NOW, trouble="A file cannot be read.")
    )
    controller.begin()
    assert view.options.note == "A file cannot be read."
