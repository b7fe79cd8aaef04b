# SPDX-License-Identifier: BSD-3-Clause
"""The key gateway: the centre's present service, which signs, lists and revokes for a token.

Shapes as the centre's public client reads them. Statuses that the real one is not documented to
use are here

    400  the body is not what the call takes
    401  there is no access token, or one that opens nothing
    404  no certificate of that serial was issued to this account
    429  the quota is used up

Who calls (X-Client-Type, User-Agent) is noted in the ledger and not demanded, as it is not known
whether the real one demands it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from .account import Origin
from .authority import MINUTE
from .calls import Call, serve
from .clock import rfc3339
from .quota import QuotaUsedUp
from .requests import Malformed, duration, revocation, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .centre import Centre
    from .faults import Fault
    from .ledger import Issued
    from .openid.records import AccessToken
    from .openid.server import Server

PATH = "/api-ssh-service/api/v1"
NAME = "gateway"

QUOTA_USED_UP = "Maximum number of active SSH keys reached"
ONLY_A_MINUTE = "Service accounts may ask for a duration of 1min only"


def make_app(centre: Centre, server: Server) -> Flask:
    """The gateway over `centre` as a WSGI application, to be mounted at PATH."""
    app = Flask(__name__, static_folder=None)
    Gateway(centre, server).serve_on(app)

    @app.errorhandler(HTTPException)
    def _http_error(problem: HTTPException) -> Response:
        return error(problem.code or 500, problem.name)

    return app


def error(status: int, message: str) -> Response:
    """An error in the gateway's own shape."""
    answer = jsonify(message=message)
    answer.status_code = status
    return answer


class Gateway:
    """What answers at each of the gateway's paths."""

    def __init__(self, centre: Centre, server: Server) -> None:
        self._centre = centre
        self._protector = ResourceProtector()
        self._protector.register_token_validator(_Tokens(server))

    def serve_on(self, app: Flask) -> None:
        """Take the paths."""
        app.post("/ssh-keys/sign")(self.sign)
        app.post("/ssh-keys")(self.make_pair)
        app.get("/ssh-keys")(self.list)
        app.put("/ssh-keys/revoke")(self.revoke)

    def sign(self) -> Response:
        """Certify a key that the client sends."""
        return self._serve("sign", self._signed)

    def make_pair(self) -> Response:
        """Make a key and certify it: the older way of the same call."""
        return self._serve("sign", self._made)

    def list(self) -> Response:
        """The account's certificates, of whichever service, newest first."""
        return self._serve("list", self._listed)

    def revoke(self) -> Response:
        """Revoke one of the account's certificates."""
        return self._serve("revoke", self._revoked)

    def _serve(self, name: str, answer: Callable[[str, Fault | None], Response]) -> Response:
        call = Call(NAME, name, with_credentials="Authorization" in request.headers)
        return serve(self._centre, call, lambda fault: self._answer(answer, fault), error)

    def _answer(
        self, answer: Callable[[str, Fault | None], Response], fault: Fault | None
    ) -> Response:
        """The answer to the user of the access token, or why there is none."""
        try:
            token: AccessToken = self._protector.acquire_token()
            return answer(token.username, fault)
        except OAuth2Error as refusal:
            refused = error(refusal.status_code, refusal.get_error_description())
            refused.headers.extend(
                [(name, value) for name, value in refusal.get_headers() if name != "Content-Type"]
            )
            return refused
        except Malformed as problem:
            return error(400, str(problem))
        except QuotaUsedUp:
            return error(429, QUOTA_USED_UP)

    def _signed(self, username: str, fault: Fault | None) -> Response:
        asked = wanted(_sent())
        self._require_allowed(username, brief=asked.validity == MINUTE)
        issued = self._centre.certify(username, asked, NAME, fault)
        return _created(_described(issued))

    def _made(self, username: str, fault: Fault | None) -> Response:
        validity = duration(_sent())
        self._require_allowed(username, brief=validity == MINUTE)
        pair = self._centre.make_pair(username, validity, NAME, fault)
        return _created({**_described(pair.issued), "privateKey": pair.private})

    def _listed(self, username: str, _fault: Fault | None) -> Response:
        now = self._centre.clock.now()
        with_revoked, with_expired = _flag("include_revoked"), _flag("include_expired")
        shown = [
            _described(issued)
            for issued in reversed(self._centre.ledger.issued_to(username))
            if (with_revoked or not issued.revoked) and (with_expired or now < issued.valid_before)
        ]
        return jsonify(sshKeys=shown)

    def _revoked(self, username: str, _fault: Fault | None) -> Response:
        serial = revocation(_sent())
        try:
            self._centre.revoke(serial, owner=username)
        except KeyError:
            return error(404, "SSH key not found")
        return jsonify(revoked=True, message="SSH key revoked")

    def _require_allowed(self, username: str, *, brief: bool) -> None:
        account = self._centre.account_of(username)
        if account and account.origin is Origin.PROGRAM and not brief:
            raise Malformed(ONLY_A_MINUTE)


class _Tokens(BearerTokenValidator):  # type: ignore[misc]
    """Access tokens are those of the realm."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        return self._server.read_access_token(token_string)


def _described(issued: Issued) -> dict[str, object]:
    """A certificate as the gateway describes it. Serials are texts: 64 bits do not fit a float."""
    return {
        "publicKey": issued.line,
        "serialNumber": str(issued.serial),
        "expireTime": rfc3339(issued.valid_before),
        "revocationTime": rfc3339(issued.revoked_at) if issued.revoked_at else None,
    }


def _created(described: dict[str, object]) -> Response:
    answer = jsonify(sshKey=described)
    answer.status_code = 201
    return answer


def _sent() -> object:
    return request.get_json(force=True, silent=True)


def _flag(name: str) -> bool:
    return request.args.get(name) == "true"
