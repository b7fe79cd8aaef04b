"""The key service: shapes, codes, quota, lock-out, and who it is over TLS."""

import json
import socket
import ssl
import time

import pyotp
import pytest

from alpkey_sandbox import sshservice
from tests.sandbox.client import Client
from tests.sandbox.gateway_client import GatewayClient

DAY_S = 24 * 3600
FULL = 429
REFUSED = 401
LOCKED = 403


def test_keys_in_their_order_and_one_newline_at_the_end_of_each(client: Client) -> None:
    body = client.sign_in().body.decode()
    cut = body.split('"')
    assert (cut[1], cut[5]) == ("public", "private")
    assert len(cut) == 9, "a quote too many for a client that cuts at them"
    assert cut[3].endswith(r"\n")
    assert cut[7].endswith(r"-----END OPENSSH PRIVATE KEY-----\n")
    for text in client.sign_in().pair:
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    "body", [{}, [], None, "text", {"username": "alice"}, {"username": 1, "password": 2, "otp": 3}]
)
def test_a_call_without_a_sign_in_is_told_so_in_the_services_shape(
    client: Client, body: object
) -> None:
    answer = client.post(body)
    assert (answer.status, answer.message) == (400, sshservice.MALFORMED)


@pytest.mark.parametrize(
    "wrong", [{"username": "bobby"}, {"password": "no"}, {"otp": "000000"}, {"otp": "12345"}]
)
def test_one_message_for_all_that_can_be_wrong(client: Client, wrong: dict[str, str]) -> None:
    answer = client.sign_in(**wrong)
    assert answer.status == REFUSED
    assert answer.message == (
        'b\'{"error":"invalid_grant","error_description":"Invalid user credentials"}\''
    )


def test_a_code_works_once(client: Client) -> None:
    code = client.centre.otp()
    assert client.sign_in(code).status == 200
    assert client.sign_in(code).status == REFUSED


def test_a_refused_sign_in_uses_up_no_code(client: Client) -> None:
    code = client.centre.otp()
    assert client.sign_in(code, password="wrong").status == REFUSED
    assert client.sign_in(code).status == 200


@pytest.mark.parametrize(("steps", "status"), [(-3, REFUSED), (1, 200), (3, REFUSED)])
def test_codes_of_the_next_step_only(client: Client, steps: int, status: int) -> None:
    """One step of tolerance; the machine's clock may tick over meanwhile, so two is not asked."""
    client.centre.otp()
    totp = pyotp.TOTP(client.centre.sandbox.description.totp_secret)
    code = totp.at(int(time.time()) + steps * totp.interval)
    assert client.sign_in(code).status == status


def test_five_keys_and_no_more(client: Client) -> None:
    fill(client)
    assert client.sign_in().status == FULL
    assert "maximum number of keys" in client.sign_in().message


def test_revocation_frees_a_slot(client: Client) -> None:
    fill(client)
    client.centre.control("revoke", serial=client.issued()[-1]["serial"])
    assert client.sign_in().status == 200
    assert client.sign_in().status == FULL


def test_expiry_frees_all_slots(client: Client) -> None:
    fill(client)
    client.centre.control("clock", offset_s=DAY_S + 60)
    fill(client)
    assert client.sign_in().status == FULL


def fill(client: Client) -> None:
    """Revokes what other tests left, and takes all five slots."""
    client.centre.empties_account(5)
    for _ in range(5):
        assert client.sign_in().status == 200


def test_locked_by_order_only_and_until_unlocked(client: Client) -> None:
    for _ in range(20):
        assert client.sign_in("000000").status == REFUSED
    assert client.sign_in().status == 200
    client.centre.control("account", locked=True)
    assert client.sign_in().status == LOCKED
    assert client.sign_in(password="wrong").status == LOCKED
    assert client.sign_in(username="bobby").status == REFUSED
    client.centre.control("account", locked=False)
    assert client.sign_in().status == 200


def test_a_new_secret_makes_other_codes(client: Client) -> None:
    old = client.centre.otp()
    client.centre.control("account", totp_secret="new")
    assert client.sign_in(old).status == REFUSED
    assert client.sign_in().status == 200


def test_one_connection_serves_many_calls(client: Client) -> None:
    connection = client.connect()
    try:
        connection.connect()
        first = connection.sock
        for _ in range(3):
            assert client.post({}, connection).status == 400
            assert connection.sock is first
    finally:
        connection.close()


@pytest.mark.parametrize(
    "name", ["localhost", "sshservice.cscs.ch", "auth.cscs.ch", "authx-gateway.svc.cscs.ch"]
)
def test_it_passes_for_the_centres_names(client: Client, name: str) -> None:
    shaken_hands(client, name)


def test_it_passes_for_no_other_name(client: Client) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken_hands(client, "portal.cscs.ch")


def shaken_hands(client: Client, name: str) -> None:
    with (
        socket.create_connection(("127.0.0.1", client.place[1])) as plain,
        client.trust.wrap_socket(plain, server_hostname=name),
    ):
        pass


def test_what_it_remembers_holds_no_secret(client: Client, gateway: GatewayClient) -> None:
    code = client.centre.otp()
    _, private = client.sign_in(code).pair
    gateway.sign_in()
    gateway.list()
    secrets = (client.centre.password, code, private.splitlines()[1], gateway.token)
    state = json.dumps(client.centre.state())
    for secret in secrets:
        assert secret not in state
