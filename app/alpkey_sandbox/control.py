# SPDX-License-Identifier: BSD-3-Clause
"""The control service: what a test or a user may look at and change from outside.

Plain HTTP with JSON bodies. An order that cannot be carried out is answered with 400 (404 for a
serial never issued) and `{"error": "why"}`, and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException

from . import orders
from .clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from .account import Account
    from .centre import Centre
    from .faults import Fault
    from .ledger import Issued, Request

Answer = dict[str, Any]


def make_app(centre: Centre, path: str, account_changed: Callable[[Account], None]) -> Flask:
    """The control service over `centre`, below `path`, which is hard to guess.

    `account_changed` is called before a change to the account is answered.
    """
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(_calls(centre, account_changed), url_prefix=path)

    @app.errorhandler(orders.InvalidOrder)
    def _invalid_order(problem: orders.InvalidOrder) -> tuple[Answer, int]:
        return {"error": str(problem)}, 400

    @app.errorhandler(HTTPException)
    def _http_error(problem: HTTPException) -> tuple[Answer, int]:
        return {"error": problem.name}, problem.code or 500

    return app


def _calls(centre: Centre, account_changed: Callable[[Account], None]) -> Blueprint:
    calls = Blueprint("control", __name__)

    @calls.get("/state")
    def _state() -> Answer:
        return state(centre)

    @calls.post("/faults")
    def _add_fault() -> Answer:
        centre.add_fault(orders.fault_order(_sent()))
        return _faults(centre)

    @calls.delete("/faults")
    def _clear_faults() -> Answer:
        centre.clear_faults()
        return _faults(centre)

    @calls.post("/settle")
    def _settle() -> Answer:
        centre.settle()
        return _time(centre)

    @calls.post("/clock")
    def _set_clock() -> Answer:
        centre.clock.offset_s = orders.offset_order(_sent())
        return _time(centre)

    @calls.post("/account")
    def _change_account() -> Answer:
        account = centre.change_account(orders.account_order(_sent()))
        account_changed(account)
        return _account(account)

    @calls.post("/revoke")
    def _revoke() -> Answer | tuple[Answer, int]:
        serial = orders.serial_order(_sent())
        try:
            centre.revoke(serial)
        except KeyError:
            return {"error": f"no certificate {serial} was issued"}, 404
        return {"revoked": str(serial)}

    return calls


def state(centre: Centre) -> Answer:
    """Everything there is to see. Serials are texts, as JSON numbers of 64 bits get rounded."""
    ledger = centre.ledger
    return {
        **_time(centre),
        "issued": [_issued(certificate) for certificate in ledger.issued],
        "requests": [_request(answered) for answered in ledger.requests],
        **_faults(centre),
    }


def _sent() -> object:
    return request.get_json(force=True, silent=True)


def _time(centre: Centre) -> Answer:
    return {"now": rfc3339(centre.clock.now()), "offset_s": centre.clock.offset_s}


def _faults(centre: Centre) -> Answer:
    return {"faults": [_fault(fault) for fault in centre.faults]}


def _fault(fault: Fault) -> Answer:
    return {
        "call": fault.call,
        "kind": fault.kind,
        "times": fault.times,
        "value": fault.value,
    }


def _issued(certificate: Issued) -> Answer:
    return {
        "serial": str(certificate.serial),
        "principal": certificate.principal,
        "valid_before": rfc3339(certificate.valid_before),
        "revoked": certificate.revoked,
        "service": certificate.service,
    }


def _request(answered: Request) -> Answer:
    return {
        "at": rfc3339(answered.at),
        "service": answered.service,
        "call": answered.call,
        "status": answered.status,
        "had_password": answered.had_password,
        "user_agent": answered.user_agent,
        "client_type": answered.client_type,
    }


def _account(account: Account) -> Answer:
    return {
        "username": account.username,
        "principals": list(account.principals),
        "locked": account.locked,
        "quota": account.quota,
        "totp_secret": account.totp_secret,
    }
