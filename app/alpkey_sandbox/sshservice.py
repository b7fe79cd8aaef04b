# SPDX-License-Identifier: BSD-3-Clause
"""The SSHService: the centre's classic service, one call that takes a sign-in and gives a key.

Shapes as the centre's public clients read them. The Bash one cuts the answer at its quote marks
and takes `\\n` for newlines, so the order of the keys matters and the success holds no escaped
quote; it knows an error only by the first key, `payload`. The Python one looks at the status.
Which status the real service sends for what is not documented; here it is

    400  the body is not a JSON object with username, password and otp, all texts
    401  sign-in refused: one message for a wrong username, password or code
    403  the account is locked
    429  the quota is used up
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from . import answers
from .account import AccountLocked, Credentials, SignInRefused
from .calls import Call, serve
from .quota import QuotaUsedUp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .centre import Centre
    from .faults import Fault
    from .issuance import Pair

PATH = "/api/v1/auth/ssh-keys/signed-key"
NAME = "sshservice"
CALL = "signed-key"

MALFORMED = "username, password and otp are required"
QUOTA_USED_UP = "You have reached the maximum number of keys per day"


def make_app(centre: Centre) -> Flask:
    """The service over `centre` as a WSGI application."""
    app = Flask(__name__, static_folder=None)

    @app.post(PATH)
    def signed_key() -> Response:
        sent = request.get_json(force=True, silent=True)
        return _serve(centre, sent if isinstance(sent, dict) else {})

    @app.errorhandler(HTTPException)
    def _http_error(problem: HTTPException) -> Response:
        return error(problem.code or 500, problem.name)

    return app


def error(status: int, message: str) -> Response:
    """An error in the service's own shape."""
    return _json({"payload": {"message": message}}, status)


def keycloak_message(description: str) -> str:
    """Keycloak's refusal as the service passes it on: the repr of the bytes it got."""
    refusal = {"error": "invalid_grant", "error_description": description}
    return repr(json.dumps(refusal, separators=(",", ":")).encode())


def credentials(sent: Mapping[str, object]) -> Credentials | None:
    """The sign-in in a request's body, if there is a whole one."""
    username, password, otp = (sent.get(name) for name in ("username", "password", "otp"))
    if isinstance(username, str) and isinstance(password, str) and isinstance(otp, str):
        return Credentials(username, password, otp)
    return None


def _serve(centre: Centre, sent: Mapping[str, object]) -> Response:
    """Answer one call."""
    had_password = bool(sent.get("password"))
    given = credentials(sent)
    call = Call(NAME, CALL, with_credentials=had_password, had_password=had_password)
    return serve(centre, call, lambda fault: _true_answer(centre, given, fault), error)


def _true_answer(centre: Centre, given: Credentials | None, fault: Fault | None) -> Response:
    if given is None:
        return error(400, MALFORMED)
    try:
        return _keys(centre.issue(given, NAME, fault))
    except SignInRefused:
        return error(401, keycloak_message("Invalid user credentials"))
    except AccountLocked:
        return error(403, keycloak_message("Account disabled"))
    except QuotaUsedUp:
        return error(429, QUOTA_USED_UP)


def _keys(pair: Pair) -> Response:
    return _json({"public": pair.issued.line, "private": pair.private}, 200)


def _json(value: object, status: int) -> Response:
    """Not Flask's own, which sorts the keys."""
    return Response(json.dumps(value), status, mimetype=answers.JSON)
