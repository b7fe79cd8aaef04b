"""The gateway's adapter where the contract says nothing: odd answers, headers, lost calls."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from alpkey.adapters.service.gateway import Gateway
from alpkey.adapters.service.http import Http
from alpkey.core.errors import AlpkeyError, InvalidInput, QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.site import Service
from tests.adapters.service.test_http import says, server
from tests.core.sites import site

TOKEN = Secret("a-token")
LINE = "ssh-ed25519 AAAA a comment\n"

Call = Callable[[Gateway], object]
CALLS: dict[str, Call] = {
    "sign": lambda gateway: gateway.sign(TOKEN, LINE, "1d"),
    "list": lambda gateway: gateway.listed(TOKEN),
    "revoke": lambda gateway: gateway.revoke(TOKEN, 2**63),
    "token": lambda gateway: gateway.token_for(TOKEN),
}


def told(status: int, body: Any) -> bytes:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(sent)}\r\n\r\n"
    return head.encode() + sent


def asked_of(call: str, answer: bytes) -> tuple[object, bytes]:
    """What the adapter made of ``answer``, or the error it raised, and what it had sent."""
    with server(says(answer)) as (url, sent, http):
        service = Service("gateway", "gateway", url + "base", token_url=url + "token")
        try:
            made = CALLS[call](Gateway(service, site(), http))
        except AlpkeyError as raised:
            made = raised
    return made, sent[0]


class TestWhatIsSent:
    def test_a_key_to_sign(self) -> None:
        answer = told(201, {"sshKey": {"publicKey": "a line", "unknown": 1}})
        made, sent = asked_of("sign", answer)
        assert made == "a line"
        head, _, body = sent.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /base/ssh-keys/sign HTTP/1.1\r\n")
        for header in (b"Authorization: Bearer a-token", b"X-Client-Type: cli"):
            assert header in head
        assert json.loads(body) == {"publicKey": LINE, "duration": "1d"}

    def test_a_list(self) -> None:
        _, sent = asked_of("list", told(200, {"sshKeys": []}))
        path = b"/base/ssh-keys?include_revoked=false&include_expired=false"
        assert sent.startswith(b"GET " + path + b" HTTP/1.1\r\n")

    def test_a_serial_to_revoke_as_text(self) -> None:
        made, sent = asked_of("revoke", told(200, {"revoked": True, "message": "done"}))
        assert made is None
        assert sent.startswith(b"PUT /base/ssh-keys/revoke ")
        assert json.loads(sent.partition(b"\r\n\r\n")[2])["serialNumber"] == str(2**63)

    def test_an_api_key_alone(self) -> None:
        made, sent = asked_of("token", told(200, {"access_token": "new", "expires_in": 300}))
        assert made == Secret("new")
        assert b"X-API-Key: a-token" in sent
        assert b"Authorization" not in sent

    def test_who_asks_is_said(self) -> None:
        _, sent = asked_of("list", told(200, {"sshKeys": []}))
        agent = next(line for line in sent.splitlines() if line.startswith(b"User-Agent: "))
        assert agent.startswith(b"User-Agent: alpkey/")
        assert agent.endswith(b")")
        assert b"; " in agent


class TestSerials:
    @pytest.mark.parametrize("serial", [2**64 - 1, str(2**64 - 1)])
    def test_all_64_bits_are_kept(self, serial: int | str) -> None:
        row = {"serialNumber": serial, "expireTime": "2026-11-24T17:42:00.123456789Z"}
        made, _ = asked_of("list", told(200, {"sshKeys": [row]}))
        assert isinstance(made, tuple)
        assert (made[0].serial, made[0].certificate) == (2**64 - 1, None)

    @pytest.mark.parametrize(
        "row",
        [
            {"serialNumber": 1.0e19, "expireTime": "2026-11-24T17:42:00Z"},
            {"serialNumber": True, "expireTime": "2026-11-24T17:42:00Z"},
            {"serialNumber": "x", "expireTime": "2026-11-24T17:42:00Z"},
            {"serialNumber": "1", "expireTime": "tomorrow"},
            {"serialNumber": "1", "expireTime": "2026-11-24T17:42:00"},
            {"serialNumber": "1"},
            "a row",
        ],
    )
    def test_a_list_that_cannot_be_read_is_none(self, row: object) -> None:
        made, _ = asked_of("list", told(200, {"sshKeys": [row]}))
        assert isinstance(made, Unreachable)
        assert made.code == "service-trouble"


ODD = [b"", b"{}", b"[]", b"null", b"<html>", b"\xff", b'{"sshKey": {}}', b'{"sshKeys": 1}']


@pytest.mark.parametrize("body", ODD)
def test_a_yes_without_a_certificate_may_have_spent_a_slot(body: bytes) -> None:
    made, _ = asked_of("sign", told(201, body))
    assert isinstance(made, Unreachable)
    assert made.code == "answer-lost"


@pytest.mark.parametrize("body", ODD)
@pytest.mark.parametrize("call", ["list", "revoke", "token"])
def test_a_yes_without_content_is_trouble(call: str, body: bytes) -> None:
    made, _ = asked_of(call, told(200, body))
    assert isinstance(made, Unreachable)
    assert made.code == "service-trouble"


@pytest.mark.parametrize("call", ["list", "revoke", "token"])
def test_a_lost_answer_to_what_may_be_asked_again_is_trouble(call: str) -> None:
    made, _ = asked_of(call, b"")
    assert isinstance(made, Unreachable)
    assert made.code == "service-trouble"


REFUSALS: list[tuple[int, Any, type[AlpkeyError], str]] = [
    (400, {"message": "no such thing"}, SignInRefused, "request-refused"),
    (400, {"message": "limit of 5 keys reached"}, QuotaUsedUp, "quota-refused"),
    (429, {"message": "later"}, QuotaUsedUp, "quota-refused"),
    (401, {"message": "unauthorized"}, SignInRefused, "token-refused"),
    (403, {"message": "forbidden"}, SignInRefused, "request-refused"),
    (400, b"<html>a proxy</html>", Unreachable, "service-trouble"),
    (401, b"", Unreachable, "service-trouble"),
    (500, {"message": "oops"}, Unreachable, "service-trouble"),
    (503, b"<html>maintenance</html>", Unreachable, "service-trouble"),
    (307, b"", Unreachable, "service-trouble"),
]


@pytest.mark.parametrize(("status", "body", "error", "code"), REFUSALS)
@pytest.mark.parametrize("call", ["sign", "list", "revoke"])
def test_refusals(call: str, status: int, body: Any, error: type[AlpkeyError], code: str) -> None:
    made, _ = asked_of(call, told(status, body))
    assert isinstance(made, error)
    assert made.code == code


def test_a_message_is_shown_no_longer_than_a_person_reads() -> None:
    made, _ = asked_of("sign", told(400, {"message": "x" * 10_000}))
    assert isinstance(made, SignInRefused)
    assert len(str(made.params["message"])) == 500


def test_a_redirect_takes_no_token_along() -> None:
    with server(says(told(201, {"sshKey": {"publicKey": "stolen"}}))) as (elsewhere, stolen, _):
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
        made, _ = asked_of("sign", moved.encode())
    assert isinstance(made, Unreachable)
    assert made.code == "redirected"
    assert stolen == []


def test_without_an_address_there_are_no_service_accounts() -> None:
    service = Service("gateway", "gateway", "https://localhost:1")
    with pytest.raises(InvalidInput) as raised:
        Gateway(service, site(), Http()).token_for(TOKEN)
    assert raised.value.code == "no-service-accounts"
