"""The faults on request, on each call of the gateway and of the OpenID provider."""

import json
import time
from collections.abc import Callable
from http.client import BadStatusLine, IncompleteRead
from urllib.error import HTTPError

import pytest
from cryptography.hazmat.primitives.serialization import (
    SSHCertificate,
    SSHCertificateType,
    load_ssh_private_key,
    load_ssh_public_identity,
)

from tests.sandbox.gateway_client import GatewayClient
from tests.sandbox.https import Reply
from tests.sandbox.openid_client import Pkce

CUT = (ConnectionError, BadStatusLine, IncompleteRead)
Caller = Callable[[], Reply]

CALLS = ["sign", "list", "revoke", "token", "program-token", "authorize", "device"]
PAGES = {"authorize"}
OAUTH = {"token", "device"}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def caller(call: str, gateway: GatewayClient) -> Caller:
    """Makes the call, with everything right."""
    serial = gateway.signed("1min")["serialNumber"]
    openid = gateway.openid
    made: dict[str, Caller] = {
        "sign": lambda: gateway.sign("1min"),
        "list": lambda: gateway.call("GET", "/ssh-keys"),
        "revoke": lambda: gateway.revoke(serial),
        "token": openid.direct,
        "program-token": gateway.program_token,
        "authorize": lambda: openid.https.send("GET", openid.address(Pkce())),
        "device": lambda: openid.post("device_authorization_endpoint"),
    }
    assert made[call]().status < 400, call
    return made[call]


@pytest.fixture
def ordered(call: str, gateway: GatewayClient) -> Callable[..., None]:
    """Orders a fault for the call."""
    name = "token" if call == "program-token" else call

    def order(kind: str, **more: object) -> None:
        gateway.centre.control("faults", call=name, kind=kind, **more)

    return order


class TestOfTransport:
    """What strikes whichever call it is ordered for."""

    def test_delay(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("delay", value=0.2)
        started = time.monotonic()
        assert caller().status < 400
        assert time.monotonic() - started >= 0.2

    @pytest.mark.parametrize("status", [400, 401, 429, 503])
    def test_status_in_the_calls_own_shape(
        self, call: str, ordered: Callable[..., None], caller: Caller, status: int
    ) -> None:
        ordered("status", value=status)
        reply = caller()
        assert reply.status == status
        if call in PAGES:
            assert reply.headers.get_content_type() == "text/html"
        else:
            wanted = {"error", "error_description"} if call in OAUTH else {"message"}
            assert set(reply.json) == wanted
        assert caller().status < 400

    def test_garbage(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("garbage")
        with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
            _ = caller().json

    @pytest.mark.parametrize(("kind", "status"), [("html", 200), ("retired", 410)])
    def test_pages(
        self, ordered: Callable[..., None], caller: Caller, kind: str, status: int
    ) -> None:
        ordered(kind)
        reply = caller()
        assert (reply.status, reply.headers.get_content_type()) == (status, "text/html")

    def test_empty_object(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("empty-object")
        assert caller().body == b"{}"

    def test_huge(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("huge", value=1_500_000)
        assert len(caller().body) >= 1_500_000

    def test_redirect(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("redirect", value="https://localhost:1/")
        reply = caller()
        assert (reply.status, reply.headers["Location"]) == (307, "https://localhost:1/")

    @pytest.mark.parametrize("kind", ["cut-before", "cut-after"])
    def test_cuts(
        self, gateway: GatewayClient, ordered: Callable[..., None], caller: Caller, kind: str
    ) -> None:
        ordered(kind)
        with pytest.raises(CUT):
            caller()
        assert gateway.centre.state()["requests"][-1]["status"] is None
        assert gateway.centre.state()["faults"] == []
        assert caller().status < 400

    def test_slow_drip(self, ordered: Callable[..., None], caller: Caller) -> None:
        ordered("slow-drip", value=0)
        assert caller().status < 400

    def test_it_strikes_as_often_as_ordered(
        self, ordered: Callable[..., None], caller: Caller
    ) -> None:
        ordered("empty-object", times=2)
        assert [caller().body == b"{}" for _ in range(3)] == [True, True, False]

    def test_other_calls_do_not_meet_it(
        self, call: str, gateway: GatewayClient, caller: Caller
    ) -> None:
        other = "list" if call != "list" else "sign"
        gateway.centre.control("faults", call=other, kind="empty-object")
        assert caller().body != b"{}"

    def test_any_is_each_of_them(self, gateway: GatewayClient, caller: Caller) -> None:
        gateway.centre.control("faults", call="any", kind="empty-object", times=None)
        assert caller().body == b"{}"


class TestWithoutCredentials:
    def test_the_fault_is_met_and_does_not_count(self, gateway: GatewayClient) -> None:
        facts = gateway.centre.facts
        for name, method, url in (
            ("list", "GET", f"{facts.gateway_url}/ssh-keys"),
            ("sign", "POST", f"{facts.gateway_url}/ssh-keys/sign"),
            ("revoke", "PUT", f"{facts.gateway_url}/ssh-keys/revoke"),
            ("token", "POST", facts.token_url),
            ("token", "POST", gateway.openid.metadata["token_endpoint"]),
            ("device", "POST", gateway.openid.metadata["device_authorization_endpoint"]),
            ("authorize", "GET", gateway.openid.metadata["authorization_endpoint"]),
        ):
            gateway.centre.control("faults", "DELETE")
            gateway.centre.control("faults", call=name, kind="status", value=503)
            for _ in range(2):
                assert gateway.https.send(method, url).status == 503, url
            assert gateway.centre.state()["faults"]

    def test_what_needs_a_success_waits_for_one(self, gateway: GatewayClient) -> None:
        gateway.sign_in()
        for kind in ("expired", "cut-after"):
            gateway.centre.control("faults", "DELETE")
            gateway.centre.control("faults", call="sign", kind=kind)
            assert gateway.call("POST", "/ssh-keys/sign", {}).status == 400
            assert gateway.centre.state()["faults"]


class TestOfWhatIsSigned:
    def spoilt(self, gateway: GatewayClient, kind: str) -> str:
        gateway.sign_in()
        gateway.centre.control("faults", call="sign", kind=kind)
        line: str = gateway.signed("1min")["publicKey"]
        assert gateway.centre.state()["faults"] == []
        return line

    def certificate(self, gateway: GatewayClient, kind: str) -> SSHCertificate:
        found = load_ssh_public_identity(self.spoilt(gateway, kind).encode())
        assert isinstance(found, SSHCertificate)
        return found

    def test_mismatched_pair(self, gateway: GatewayClient) -> None:
        own = load_ssh_private_key(gateway.key.read_bytes(), None).public_key()
        assert self.certificate(gateway, "mismatched-pair").public_key() != own

    def test_wrong_principal(self, gateway: GatewayClient) -> None:
        assert self.certificate(gateway, "wrong-principal").valid_principals != [b"alice"]

    def test_dates(self, gateway: GatewayClient) -> None:
        assert self.certificate(gateway, "expired").valid_before < time.time()
        assert self.certificate(gateway, "not-yet-valid").valid_after > time.time()

    def test_foreign_authority(self, gateway: GatewayClient) -> None:
        user_ca = load_ssh_public_identity(gateway.centre.facts.user_ca.encode())
        assert self.certificate(gateway, "foreign-ca").signature_key() != user_ca

    def test_host_certificate(self, gateway: GatewayClient) -> None:
        assert self.certificate(gateway, "host-certificate").type is SSHCertificateType.HOST

    def test_plain_key(self, gateway: GatewayClient) -> None:
        own = load_ssh_private_key(gateway.key.read_bytes(), None).public_key()
        assert load_ssh_public_identity(self.spoilt(gateway, "plain-key").encode()) == own

    def test_no_newline(self, gateway: GatewayClient) -> None:
        assert not self.spoilt(gateway, "no-newline").endswith("\n")
        gateway.centre.control("faults", call="sign", kind="no-newline")
        answer = gateway.call("POST", "/ssh-keys", {"duration": "1min"}).json["sshKey"]
        assert not answer["privateKey"].endswith("\n")
        assert not answer["publicKey"].endswith("\n")

    def test_any_spoils_certificates_and_no_tokens(self, gateway: GatewayClient) -> None:
        gateway.centre.control("faults", call="any", kind="expired")
        gateway.sign_in()
        assert gateway.list() is not None
        expired = gateway.signed("1d")["publicKey"]
        found = load_ssh_public_identity(expired.encode())
        assert isinstance(found, SSHCertificate)
        assert found.valid_before < time.time()


def test_a_lost_answer_has_done_its_work(gateway: GatewayClient) -> None:
    serial = gateway.signed("1d")["serialNumber"]
    before = len(gateway.list())
    gateway.centre.control("faults", call="sign", kind="cut-after")
    with pytest.raises(CUT):
        gateway.sign("1d")
    assert len(gateway.list()) == before + 1
    gateway.centre.control("faults", call="revoke", kind="cut-after")
    with pytest.raises(CUT):
        gateway.revoke(serial)
    assert serial not in {row["serialNumber"] for row in gateway.list()}
    for one in gateway.list():
        gateway.revoke(one["serialNumber"])


def test_a_lost_refresh_has_used_its_token_up(gateway: GatewayClient) -> None:
    token = gateway.openid.direct().json["refresh_token"]
    gateway.centre.control("faults", call="token", kind="cut-after")
    with pytest.raises(CUT):
        gateway.openid.refresh(token)
    assert gateway.openid.refresh(token).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list", "expired"),
        ("revoke", "plain-key"),
        ("authorize", "foreign-ca"),
        ("device", "no-newline"),
        ("token", "host-certificate"),
    ],
)
def test_what_cannot_be_spoilt_cannot_be_ordered(
    gateway: GatewayClient, name: str, kind: str
) -> None:
    with pytest.raises(HTTPError) as refused:
        gateway.centre.control("faults", call=name, kind=kind)
    with refused.value as answer:
        assert answer.code == 400
