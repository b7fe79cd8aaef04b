"""The key gateway: signing, listing, revoking, and the quota it shares with the classic service."""

import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    SSHCertificate,
    load_ssh_private_key,
    load_ssh_public_identity,
)

from tests.keys import KINDS, keygen, make_key, sign
from tests.sandbox.client import Client
from tests.sandbox.gateway_client import HEADERS, GatewayClient

DAY_S = 24 * 3600
REFUSED = 401
FULL = 429
INEXACT_FROM = 2**53


@pytest.fixture(autouse=True)
def clean(gateway: GatewayClient) -> None:
    """What other tests left holds no slot, of which there are five."""
    gateway.centre.empties_account(5)


def certificate_of(line: str) -> SSHCertificate:
    found = load_ssh_public_identity(line.encode())
    assert isinstance(found, SSHCertificate)
    return found


class TestSign:
    @pytest.mark.parametrize("kind", KINDS)
    def test_any_type_of_key(self, gateway: GatewayClient, tmp_path: Path, kind: str) -> None:
        key = make_key(tmp_path / "key", kind)
        reply = gateway.sign(key=key)
        assert reply.status == 201
        answer = reply.json["sshKey"]
        certificate = certificate_of(answer["publicKey"])
        private = load_ssh_private_key(key.read_bytes(), None)
        assert certificate.public_key() == private.public_key()
        assert certificate.valid_principals == [b"alice"]
        assert answer["serialNumber"] == str(certificate.serial)
        assert answer["revocationTime"] is None
        expires = datetime.fromisoformat(answer["expireTime"])
        assert expires.timestamp() == certificate.valid_before

    @pytest.mark.parametrize(("duration", "seconds"), [("1d", DAY_S), ("1min", 60), (None, 60)])
    def test_as_long_as_asked_and_a_minute_where_not(
        self, gateway: GatewayClient, duration: str | None, seconds: int
    ) -> None:
        certificate = certificate_of(gateway.sign(duration).json["sshKey"]["publicKey"])
        assert certificate.valid_before - certificate.valid_after == seconds + 60

    def test_openssh_reads_its_limits(self, gateway: GatewayClient, tmp_path: Path) -> None:
        answer = gateway.signed(ipSubnets=["10.0.0.0/8", "::1/128"], forceCommand="hostname")
        path = tmp_path / "limited-cert.pub"
        path.write_text(answer["publicKey"])
        shown = keygen("-L", "-f", path)
        assert "source-address 10.0.0.0/8,::1/128" in shown
        assert "force-command hostname" in shown

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            {},
            {"public_key": "ssh-ed25519 AAAA"},
            {"publicKey": "no key"},
            {"publicKey": "own", "duration": "2d"},
            {"publicKey": "own", "duration": 1},
            {"publicKey": "own", "ipSubnets": ["everywhere"]},
            {"publicKey": "own", "ipSubnets": "10.0.0.0/8"},
            {"publicKey": "own", "forceCommand": 1},
        ],
    )
    def test_what_it_does_not_take_is_refused_in_its_own_shape(
        self, gateway: GatewayClient, body: object
    ) -> None:
        if isinstance(body, dict) and body.get("publicKey") == "own":
            body = {**body, "publicKey": gateway.key.with_suffix(".pub").read_text()}
        reply = gateway.call("POST", "/ssh-keys/sign", body)
        assert reply.status == 400
        assert list(reply.json) == ["message"]
        assert gateway.list() == []

    def test_a_certificate_is_no_key(self, gateway: GatewayClient, tmp_path: Path) -> None:
        line = sign(make_key(tmp_path / "ca"), gateway.key).read_text()
        reply = gateway.call("POST", "/ssh-keys/sign", {"publicKey": line, "duration": "1d"})
        assert reply.status == 400

    def test_a_pair_made_by_the_service(self, gateway: GatewayClient) -> None:
        reply = gateway.call("POST", "/ssh-keys", {"duration": "1d"})
        assert reply.status == 201
        answer = reply.json["sshKey"]
        private = load_ssh_private_key(answer["privateKey"].encode(), None)
        assert certificate_of(answer["publicKey"]).public_key() == private.public_key()

    def test_serials_are_texts_because_floats_are_too_short(self, gateway: GatewayClient) -> None:
        serials = [gateway.signed("1min")["serialNumber"] for _ in range(12)]
        assert all(isinstance(serial, str) for serial in serials)
        assert any(int(serial) > INEXACT_FROM for serial in serials)
        listed = {row["serialNumber"] for row in gateway.list("?include_expired=true")}
        assert set(serials) <= listed


class TestToken:
    @pytest.mark.parametrize(
        "header", [{"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}]
    )
    def test_without_a_good_one_there_is_nothing(
        self, gateway: GatewayClient, header: dict[str, str]
    ) -> None:
        for method, path in (
            ("GET", "/ssh-keys"),
            ("POST", "/ssh-keys/sign"),
            ("PUT", "/ssh-keys/revoke"),
        ):
            reply = gateway.call(method, path, {}, **header)
            assert reply.status == REFUSED
            assert list(reply.json) == ["message"]
            assert "Bearer" in reply.headers["WWW-Authenticate"].title()

    def test_without_any_there_is_nothing(self, gateway: GatewayClient) -> None:
        url = f"{gateway.centre.facts.gateway_url}/ssh-keys"
        assert gateway.https.send("GET", url, headers=HEADERS).status == REFUSED

    def test_it_lives_for_five_minutes(self, gateway: GatewayClient) -> None:
        gateway.sign_in()
        gateway.centre.control("clock", offset_s=290)
        gateway.list()
        gateway.centre.control("clock", offset_s=310)
        assert gateway.call("GET", "/ssh-keys").status == REFUSED

    def test_it_ends_with_its_session(self, gateway: GatewayClient) -> None:
        tokens = gateway.openid.direct().json
        gateway.token = tokens["access_token"]
        gateway.list()
        gateway.openid.post("end_session_endpoint", refresh_token=tokens["refresh_token"])
        assert gateway.call("GET", "/ssh-keys").status == REFUSED

    def test_an_id_token_is_none(self, gateway: GatewayClient) -> None:
        gateway.token = gateway.openid.direct().json["id_token"]
        assert gateway.call("GET", "/ssh-keys").status == REFUSED

    @pytest.mark.parametrize("kind", ["expired", "not-yet-valid", "foreign-ca"])
    def test_a_spoilt_one_opens_nothing(self, gateway: GatewayClient, kind: str) -> None:
        gateway.centre.control("faults", call="token", kind=kind)
        assert gateway.call("GET", "/ssh-keys").status == REFUSED

    def test_one_about_somebody_else_gives_somebody_elses_certificate(
        self, gateway: GatewayClient
    ) -> None:
        gateway.centre.control("faults", call="token", kind="wrong-principal")
        certificate = certificate_of(gateway.signed("1min")["publicKey"])
        assert certificate.valid_principals == [gateway.centre.facts.guest.encode()]

    def test_the_ledger_knows_who_called(self, gateway: GatewayClient) -> None:
        gateway.list()
        last = gateway.centre.state()["requests"][-1]
        assert (last["service"], last["call"], last["status"]) == ("gateway", "list", 200)
        assert (last["client_type"], last["user_agent"]) == ("cli", HEADERS["User-Agent"])


class TestList:
    def test_newest_first_and_only_what_is_asked_for(self, gateway: GatewayClient) -> None:
        active, revoked, brief = (gateway.signed(each) for each in ("1d", "1d", "1min"))
        gateway.revoke(revoked["serialNumber"])

        def serials(query: str) -> list[str]:
            known = [row["serialNumber"] for row in (active, revoked, brief)]
            listed = [row["serialNumber"] for row in gateway.list(query)]
            return [serial for serial in listed if serial in known]

        assert serials("") == [brief["serialNumber"], active["serialNumber"]]
        gateway.centre.control("clock", offset_s=61)
        none = "?include_revoked=false&include_expired=false"
        assert serials(none) == [active["serialNumber"]]
        assert serials("?include_revoked=true") == [revoked["serialNumber"], active["serialNumber"]]
        assert len(serials("?include_revoked=true&include_expired=true")) == 3

    def test_what_it_tells_is_what_was_signed(self, gateway: GatewayClient) -> None:
        signed = gateway.signed()
        assert gateway.list() == [signed]
        gateway.revoke(signed["serialNumber"])
        [revoked] = gateway.list("?include_revoked=true")[:1]
        assert revoked["serialNumber"] == signed["serialNumber"]
        assert datetime.fromisoformat(revoked["revocationTime"]).tzinfo is not None


class TestRevoke:
    def test_it_is_told_and_may_be_said_twice(self, gateway: GatewayClient) -> None:
        serial = gateway.signed()["serialNumber"]
        for _ in range(2):
            reply = gateway.revoke(serial)
            assert (reply.status, reply.json["revoked"]) == (200, True)
            assert reply.json["message"]
        assert gateway.list() == []

    def test_what_was_never_issued_or_is_anothers_is_not_found(
        self, gateway: GatewayClient
    ) -> None:
        serial = gateway.signed("1min")["serialNumber"]
        assert gateway.revoke("1").status == 404
        gateway.token = gateway.program_token().json["access_token"]
        assert gateway.revoke(serial).status == 404

    @pytest.mark.parametrize("body", [None, {}, {"serialNumber": "x"}, {"serialNumber": 1.5}])
    def test_without_a_serial_nothing_is_revoked(
        self, gateway: GatewayClient, body: object
    ) -> None:
        assert gateway.call("PUT", "/ssh-keys/revoke", body).status == 400


class TestQuota:
    def test_it_is_shared_with_the_classic_service(
        self, gateway: GatewayClient, client: Client
    ) -> None:
        for _ in range(3):
            gateway.signed()
        for _ in range(2):
            assert client.sign_in().status == 200
        refused = gateway.sign()
        assert (refused.status, list(refused.json)) == (FULL, ["message"])
        assert client.sign_in().status == FULL
        assert len(gateway.list()) == 5
        serial = gateway.list()[0]["serialNumber"]
        gateway.revoke(serial)
        assert client.sign_in().status == 200
        assert gateway.sign().status == FULL

    def test_a_minute_costs_nothing(self, gateway: GatewayClient) -> None:
        for _ in range(5):
            gateway.signed()
        assert gateway.sign("1min").status == 201
        assert gateway.sign("1d").status == FULL

    def test_each_account_has_its_own(self, gateway: GatewayClient) -> None:
        for _ in range(5):
            gateway.signed()
        gateway.centre.control("faults", call="token", kind="wrong-principal")
        gateway.sign_in()
        assert gateway.sign().status == 201

    def test_expiry_frees_slots(self, gateway: GatewayClient) -> None:
        for _ in range(5):
            gateway.signed()
        gateway.centre.control("clock", offset_s=DAY_S + 60)
        gateway.sign_in()
        assert gateway.sign().status == 201


class TestServiceAccount:
    def test_an_api_key_gives_a_token_for_a_minutes_certificates(
        self, gateway: GatewayClient
    ) -> None:
        reply = gateway.program_token()
        assert reply.status == 200
        assert set(reply.json) == {"access_token", "expires_in", "id_token"}
        program = gateway.centre.facts.program
        assert gateway.openid.claims(reply.json["id_token"])["preferred_username"] == program
        gateway.token = reply.json["access_token"]
        certificate = certificate_of(gateway.signed("1min")["publicKey"])
        assert certificate.valid_principals == [program.encode()]
        refused = gateway.sign("1d")
        assert refused.status == 400
        assert "1min" in refused.json["message"]

    @pytest.mark.parametrize("key", ["", "wrong"])
    def test_a_wrong_one_gives_nothing(self, gateway: GatewayClient, key: str) -> None:
        reply = gateway.program_token(key)
        assert (reply.status, list(reply.json)) == (REFUSED, ["message"])

    def test_it_lives_for_180_days(self, gateway: GatewayClient) -> None:
        gateway.centre.control("clock", offset_s=179 * DAY_S)
        assert gateway.program_token().status == 200
        gateway.centre.control("clock", offset_s=181 * DAY_S)
        assert gateway.program_token().status == REFUSED


def test_its_certificates_verify_as_openssh_sees_it(gateway: GatewayClient, tmp_path: Path) -> None:
    path = tmp_path / "own-cert.pub"
    path.write_text(gateway.signed()["publicKey"])
    authority = tmp_path / "ca.pub"
    authority.write_text(gateway.centre.facts.user_ca + "\n")
    shown = keygen("-L", "-f", path)
    print_of_ca = keygen("-l", "-f", authority).split()[1]
    assert print_of_ca in shown
    assert subprocess.run(["ssh-keygen", "-l", "-f", path], check=False).returncode == 0
