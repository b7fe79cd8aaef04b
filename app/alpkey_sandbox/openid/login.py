# SPDX-License-Identifier: BSD-3-Clause
"""The login: page by page to a session, saved in the browser's cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import ImmutableMultiDict

from alpkey_sandbox.account import AccountLocked, Origin, SignInRefused
from alpkey_sandbox.calls import Call, record

from . import pages

if TYPE_CHECKING:
    from alpkey_sandbox.centre import Centre

    from .realm import Realm
    from .records import Attempt, Session

SERVICE = "openid"
COOKIE = "sandbox_session"
SEE_OTHER = 303

TOO_LATE = "This sign-in took too long, or was finished elsewhere. Please start again."
WRONG = "Invalid username or password."
WRONG_CODE = "Invalid authenticator code."
LOCKED = "Account is disabled, contact your administrator."
STRANGER = "Your home institution does not know that name."


class Login:
    """The pages of signing in; `blueprint` serves them."""

    def __init__(self, centre: Centre, realm: Realm) -> None:
        self._centre = centre
        self._realm = realm
        self.blueprint = Blueprint("login", __name__)
        both = ["GET", "POST"]
        self.blueprint.add_url_rule("/authenticate", "pages", self._authenticate, methods=both)
        self.blueprint.add_url_rule("/institution", "institution", self._institution, methods=both)

    def session(self) -> Session | None:
        """The session of the browser that asks."""
        return self._realm.session(request.cookies.get(COOKIE, ""))

    def begin(self, onward: str) -> Response:
        """Lead through the pages, and on to the path `onward`, with `denied` if it is given up."""
        attempt = self._realm.begin_attempt(onward)
        return _see(url_for("login.pages", attempt=attempt.id))

    def _attempt(self) -> Attempt | None:
        return self._realm.attempt(request.args.get("attempt", ""))

    def _authenticate(self) -> Response:
        attempt = self._attempt()
        if attempt is None:
            return pages.problem(400, TOO_LATE)
        if request.method == "GET":
            return pages.otp() if attempt.username else pages.login(self._way_home(attempt))
        if request.form.get("do") == "cancel":
            self._realm.end_attempt(attempt)
            return _see(_with_denied(attempt.onward))
        answer = self._code(attempt) if attempt.username else self._password(attempt)
        had_password = bool(request.form.get("password"))
        record(self._centre, Call(SERVICE, "login", True, had_password), answer)
        return answer

    def _password(self, attempt: Attempt) -> Response:
        username, password = _field("username"), _field("password")
        try:
            self._centre.check_password(username, password)
        except SignInRefused:
            return pages.login(self._way_home(attempt), username, WRONG)
        except AccountLocked:
            return pages.login(self._way_home(attempt), username, LOCKED)
        self._realm.password_was_right(attempt, username)
        return _see(url_for("login.pages", attempt=attempt.id))

    def _code(self, attempt: Attempt) -> Response:
        username = attempt.username or ""
        try:
            self._centre.use_code(username, _field("otp").strip())
        except SignInRefused:
            return pages.otp(WRONG_CODE)
        return self._signed_in(attempt, username, ("pwd", "otp"))

    def _institution(self) -> Response:
        """What another institution would do on pages of its own."""
        attempt = self._attempt()
        if attempt is None:
            return pages.problem(400, TOO_LATE)
        if request.method == "GET":
            return pages.institution(self._centre.guest.username)
        account = self._centre.account_of(_field("username"))
        if account is None or account.origin is not Origin.INSTITUTION:
            return pages.institution(_field("username"), STRANGER)
        return self._signed_in(attempt, account.username, ("fed",))

    def _signed_in(self, attempt: Attempt, username: str, how: tuple[str, ...]) -> Response:
        self._realm.end_attempt(attempt)
        session = self._realm.open_session(username, how)
        answer = _see(attempt.onward)
        answer.set_cookie(
            COOKIE,
            session.id,
            path=request.root_path,
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return answer

    def _way_home(self, attempt: Attempt) -> str:
        return url_for("login.institution", attempt=attempt.id)


def _see(path: str) -> Response:
    answer: Response = redirect(path, SEE_OTHER)  # type: ignore[assignment]
    return answer


def _with_denied(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}denied=true"


def _field(name: str) -> str:
    form: ImmutableMultiDict[str, str] = request.form
    return form.get(name, "")
