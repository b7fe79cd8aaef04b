# SPDX-License-Identifier: BSD-3-Clause
"""The provider: the realm's web application, mounted at its issuer's path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from alpkey_sandbox.answers import JSON
from alpkey_sandbox.calls import Call, serve
from alpkey_sandbox.tls import NAMES

from . import endpoints, grants, pages
from .clients import CLIENTS, SCOPES
from .login import COOKIE, SERVICE, Login
from .signer import ALGORITHM

if TYPE_CHECKING:
    from alpkey_sandbox.centre import Centre
    from alpkey_sandbox.faults import Fault

    from .server import Server

PROTOCOL = "/protocol/openid-connect"


def make_app(centre: Centre, server: Server) -> Flask:
    """The provider over `server` as a WSGI application."""
    grants.register(server)
    endpoints.register(server)
    app = Flask(__name__, static_folder=None)
    app.config["TRUSTED_HOSTS"] = list(NAMES)
    Provider(centre, server).serve_on(app)

    @app.errorhandler(HTTPException)
    def _http_error(problem: HTTPException) -> Response:
        return pages.problem(problem.code or 500, problem.name)

    return app


class Provider:
    """What answers at each of the provider's paths."""

    def __init__(self, centre: Centre, server: Server) -> None:
        self._centre = centre
        self._server = server
        self._login = Login(centre, server.realm)

    def serve_on(self, app: Flask) -> None:
        """Take the paths, which are Keycloak's."""
        app.register_blueprint(self._login.blueprint, url_prefix="/login-actions")
        app.get("/.well-known/openid-configuration")(self.metadata)
        app.get(f"{PROTOCOL}/certs")(self._server.signer.public_keys)
        app.get(f"{PROTOCOL}/auth")(self.authorize)
        app.post(f"{PROTOCOL}/auth/device")(self.device_authorization)
        app.post(f"{PROTOCOL}/token")(self.token)
        app.post(f"{PROTOCOL}/revoke")(self.revoke)
        app.route(f"{PROTOCOL}/logout", methods=["GET", "POST"])(self.logout)
        app.get("/device")(self.device)
        app.post("/device")(self.answer_device)

    def metadata(self) -> dict[str, Any]:
        """Where everything is, and what is supported (OpenID Connect Discovery 1.0)."""
        issuer = self._server.issuer
        at = f"{issuer}{PROTOCOL}"
        grant_types = sorted({name for client in CLIENTS.values() for name in client.grant_types})
        described = OpenIDProviderMetadata(
            issuer=issuer,
            authorization_endpoint=f"{at}/auth",
            device_authorization_endpoint=f"{at}/auth/device",
            token_endpoint=f"{at}/token",
            revocation_endpoint=f"{at}/revoke",
            end_session_endpoint=f"{at}/logout",
            jwks_uri=f"{at}/certs",
            response_types_supported=["code"],
            grant_types_supported=grant_types,
            scopes_supported=sorted(SCOPES),
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=[ALGORITHM],
            token_endpoint_auth_methods_supported=["none"],
            revocation_endpoint_auth_methods_supported=["none"],
            code_challenge_methods_supported=["S256"],
        )
        described.validate()
        return dict(described)

    def authorize(self) -> Response:
        """Send a user on to the client with a code, after the login where there is no session."""
        call = Call(SERVICE, "authorize", with_credentials="client_id" in request.args)
        return serve(self._centre, call, lambda _fault: self._authorized(), pages.problem)

    def _authorized(self) -> Response:
        session = self._login.session()
        try:
            grant = self._server.get_consent_grant(end_user=session)
        except OAuth2Error as refusal:
            return _refused(refusal)
        denied = "denied" in request.args
        if not denied and (session is None or grant.prompt == "login"):
            return self._login.begin(f"{request.script_root}{request.path}?{_without_prompt()}")
        answer: Response = self._server.create_authorization_response(
            grant=grant, grant_user=None if denied else session
        )
        return answer

    def device_authorization(self) -> Response:
        """Give a device its codes."""
        call = Call(SERVICE, "device", with_credentials="client_id" in request.form)

        def true_answer(_fault: Fault | None) -> Response:
            answer: Response = self._server.create_endpoint_response("device_authorization")
            return answer

        return serve(self._centre, call, true_answer, oauth_error)

    def token(self) -> Response:
        """Give tokens for whatever a client brings."""
        call = Call(
            SERVICE,
            "token",
            with_credentials="grant_type" in request.form,
            had_password=bool(request.form.get("password")),
        )

        def true_answer(fault: Fault | None) -> Response:
            g.fault = fault
            answer: Response = self._server.create_token_response()
            return answer

        return serve(self._centre, call, true_answer, oauth_error)

    def revoke(self) -> Response:
        """Take a refresh token back."""
        answer: Response = self._server.create_endpoint_response("revocation")
        return answer

    def logout(self) -> Response:
        """End the session: of the id_token_hint, else of the browser that asks.

        A refresh token that is posted ends its own, without a page: Keycloak's older manner.
        """
        if token := request.form.get("refresh_token"):
            if refresh := self._server.realm.refresh(token):
                self._server.realm.end_session(refresh.session.id)
            return Response(status=204)
        try:
            wanted = self._server.validate_endpoint_request("end_session")
        except OAuth2Error as refusal:
            return _refused(refusal)
        self._server.realm.end_session(request.cookies.get(COOKIE, ""))
        answer: Response | None = self._server.create_endpoint_response("end_session", wanted)
        answer = answer or pages.message("Signed out", "You are signed out.")
        answer.delete_cookie(COOKIE, path=request.root_path)
        return answer

    def device(self) -> Response:
        """Ask for a user code, then for a sign-in, then whether the device may have it."""
        user_code = request.args.get("user_code")
        if user_code is None:
            return pages.device()
        waiting = self._server.realm.device_shown(user_code)
        if waiting is None:
            return pages.device("That code is not valid, or no longer.")
        if "denied" in request.args:
            return pages.message("Not connected", "You may close this window.")
        session = self._login.session()
        if session is None:
            query = urlencode({"user_code": waiting.user_code})
            return self._login.begin(f"{request.script_root}/device?{query}")
        return pages.consent(waiting.client_id, session.username, waiting.user_code)

    def answer_device(self) -> Response:
        """Take a user's yes or no."""
        waiting = self._server.realm.device_shown(request.form.get("user_code", ""))
        session = self._login.session()
        if waiting is None or session is None:
            return pages.device("That code is not valid, or no longer.")
        allowed = request.form.get("do") == "allow"
        self._server.realm.answer_device(waiting, session, allowed=allowed)
        title = "Connected" if allowed else "Not connected"
        return pages.message(title, "You may close this window and go back to your device.")


def oauth_error(status: int, text: str) -> Response:
    """An error as RFC 6749, section 5.2, has it."""
    name = "invalid_request" if status < 500 else "server_error"
    body = json.dumps({"error": name, "error_description": text})
    return Response(body, status, mimetype=JSON)


def _refused(refusal: OAuth2Error) -> Response:
    """Back to the client where its address can be trusted, else a page (RFC 6749, 4.1.2.1)."""
    if refusal.redirect_uri:
        _, _, headers = refusal()
        return Response(status=302, headers=headers)
    return pages.problem(400, refusal.get_error_description() or refusal.error)


def _without_prompt() -> str:
    """The query, without what would ask for yet another login."""
    return urlencode([(name, value) for name, value in request.args.items() if name != "prompt"])
