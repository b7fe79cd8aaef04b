# SPDX-License-Identifier: BSD-3-Clause
"""The service accounts: an API key in, a short-lived access token out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from .account import Account, SignInRefused
from .calls import Call, serve
from .gateway import NAME, error
from .openid.server import TOKEN_LIFETIME

if TYPE_CHECKING:
    from .centre import Centre
    from .faults import Fault
    from .openid.server import Server

PATH = "/api-service-account/api/v1/auth"
CLIENT = "service-account"


def make_app(centre: Centre, server: Server) -> Flask:
    """The call over `centre` as a WSGI application, to be mounted at PATH."""
    app = Flask(__name__, static_folder=None)

    @app.post("/token")
    def _token() -> Response:
        call = Call(NAME, "token", with_credentials="X-API-Key" in request.headers)
        return serve(centre, call, _true_answer, error)

    def _true_answer(fault: Fault | None) -> Response:
        try:
            account = centre.program_with(request.headers.get("X-API-Key", ""))
        except SignInRefused:
            return error(401, "Invalid API key")
        g.fault = fault
        return jsonify(_tokens(server, account))

    @app.errorhandler(HTTPException)
    def _http_error(problem: HTTPException) -> Response:
        return error(problem.code or 500, problem.name)

    return app


def _tokens(server: Server, account: Account) -> dict[str, object]:
    """Tokens for a session of their own, which cannot be refreshed."""
    session = server.realm.open_session(account.username, ("hwk",), TOKEN_LIFETIME)
    access_token = server.access_token_for(CLIENT, session, "openid")
    about = {"iss": server.issuer, "aud": CLIENT, "typ": "ID"}
    identity = server.signer.sign({**server.times(), **server.user_claims(session), **about})
    seconds = int(TOKEN_LIFETIME.total_seconds())
    return {"access_token": access_token, "expires_in": seconds, "id_token": identity}
