"""The faults on request: each does what the contract says, to the calls that it names."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import BadStatusLine, IncompleteRead
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives.serialization import (
    SSHCertificate,
    SSHCertificateType,
    load_ssh_private_key,
    load_ssh_public_identity,
)

from tests.sandbox.client import Answer, Client

CUT = (ConnectionError, BadStatusLine, IncompleteRead)


def certificate_of(answer: Answer) -> SSHCertificate:
    found = load_ssh_public_identity(answer.pair[0].encode())
    assert isinstance(found, SSHCertificate)
    return found


def belongs_together(answer: Answer) -> bool:
    private = load_ssh_private_key(answer.pair[1].encode(), None)
    return private.public_key() == certificate_of(answer).public_key()


def spent(client: Client) -> bool:
    return not client.centre.state()["faults"]


def test_a_pair_without_fault_is_right(client: Client) -> None:
    answer = client.sign_in()
    certificate = certificate_of(answer)
    assert belongs_together(answer)
    assert certificate.type is SSHCertificateType.USER
    assert certificate.valid_principals == [b"alice"]
    assert certificate.valid_after <= time.time() < certificate.valid_before
    assert certificate.valid_before - certificate.valid_after == 24 * 3600 + 60
    assert client.issued()[-1]["serial"] == str(certificate.serial)


def test_delay_waits_and_goes_on(client: Client) -> None:
    client.centre.fault("delay", value=0.2)
    started = time.monotonic()
    assert client.sign_in().status == 200
    assert time.monotonic() - started >= 0.2
    assert spent(client)


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_status_keeps_the_services_shape(client: Client, status: int) -> None:
    client.centre.fault("status", value=status)
    before = client.issued()
    answer = client.sign_in()
    assert answer.status == status
    assert answer.message
    assert client.issued() == before


def test_garbage_is_no_json(client: Client) -> None:
    client.centre.fault("garbage")
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        json.loads(client.sign_in().body)


@pytest.mark.parametrize(("kind", "status"), [("html", 200), ("retired", 410)])
def test_pages(client: Client, kind: str, status: int) -> None:
    client.centre.fault(kind)
    answer = client.sign_in()
    assert (answer.status, answer.headers.get_content_type()) == (status, "text/html")
    assert b"<html>" in answer.body


def test_an_empty_object(client: Client) -> None:
    client.centre.fault("empty-object")
    assert (answer := client.sign_in()).body == b"{}"
    assert answer.status == 200


def test_huge_is_as_large_as_asked(client: Client) -> None:
    client.centre.fault("huge", value=2_000_000)
    assert len(client.sign_in().body) >= 2_000_000


def test_redirect_would_take_the_password_along(client: Client) -> None:
    client.centre.fault("redirect", value="https://localhost:1/")
    answer = client.sign_in()
    assert (answer.status, answer.headers["Location"]) == (307, "https://localhost:1/")


@pytest.mark.parametrize(("kind", "more"), [("cut-before", 0), ("cut-after", 1)])
def test_a_cut_loses_the_answer(client: Client, kind: str, more: int) -> None:
    client.centre.fault(kind)
    before = len(client.issued())
    with pytest.raises(CUT):
        client.sign_in()
    assert len(client.issued()) == before + more
    assert client.centre.state()["requests"][-1]["status"] is None


def test_settle_ends_a_delay_and_waits_for_the_answer(client: Client) -> None:
    client.centre.fault("delay", value=600)
    before = len(client.issued())
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.sign_in)
        while not spent(client):
            assert not answer.done()
        client.centre.control("settle")
        assert len(client.issued()) == before + 1
        assert belongs_together(answer.result(10))


def test_slow_drip_comes_whole_in_the_end(client: Client) -> None:
    client.centre.fault("slow-drip", value=0)
    assert belongs_together(client.sign_in())
    assert spent(client)


def test_a_mismatched_pair(client: Client) -> None:
    client.centre.fault("mismatched-pair")
    assert not belongs_together(client.sign_in())


def test_a_wrong_principal(client: Client) -> None:
    client.centre.fault("wrong-principal")
    assert certificate_of(client.sign_in()).valid_principals != [b"alice"]


def test_expired(client: Client) -> None:
    client.centre.fault("expired")
    assert certificate_of(client.sign_in()).valid_before < time.time()


def test_not_yet_valid(client: Client) -> None:
    client.centre.fault("not-yet-valid")
    assert certificate_of(client.sign_in()).valid_after > time.time()


def test_a_foreign_authority(client: Client) -> None:
    user_ca = load_ssh_public_identity(client.centre.facts.user_ca.encode())
    assert certificate_of(client.sign_in()).signature_key() == user_ca
    client.centre.fault("foreign-ca")
    assert certificate_of(client.sign_in()).signature_key() != user_ca


def test_a_host_certificate(client: Client) -> None:
    client.centre.fault("host-certificate")
    assert certificate_of(client.sign_in()).type is SSHCertificateType.HOST


def test_a_plain_key_is_no_certificate(client: Client) -> None:
    client.centre.fault("plain-key")
    public, private = client.sign_in().pair
    key = load_ssh_private_key(private.encode(), None).public_key()
    assert load_ssh_public_identity(public.encode()) == key


def test_no_newline_and_nothing_else(client: Client) -> None:
    client.centre.fault("no-newline")
    answer = client.sign_in()
    assert not any(text.endswith("\n") for text in answer.pair)
    certificate_of(answer)


@pytest.mark.parametrize(
    "kind", ["status", "garbage", "html", "empty-object", "redirect", "cut-before", "retired"]
)
def test_a_call_without_credentials_meets_it_and_does_not_count(client: Client, kind: str) -> None:
    values = {"status": 503, "redirect": "https://localhost:1/"}
    client.centre.fault(kind, value=values.get(kind))
    for _ in range(2):
        try:
            assert client.post({}).status != 400
        except CUT:
            assert kind == "cut-before"
    assert not spent(client)


@pytest.mark.parametrize("kind", ["cut-after", "expired", "foreign-ca", "plain-key", "no-newline"])
def test_what_spoils_an_issue_waits_for_one(client: Client, kind: str) -> None:
    client.centre.fault(kind)
    assert client.post({}).status == 400
    assert client.sign_in("000000").status == 401
    assert not spent(client)


@pytest.mark.parametrize("call", ["signed-key", "any"])
def test_it_strikes_as_often_as_asked(client: Client, call: str) -> None:
    client.centre.control("faults", call=call, kind="empty-object", times=2)
    assert [client.sign_in().body == b"{}" for _ in range(3)] == [True, True, False]


def test_without_end_until_deleted(client: Client) -> None:
    client.centre.fault("empty-object", times=None)
    assert [client.sign_in().body for _ in range(3)] == [b"{}"] * 3
    assert client.centre.control("faults", "DELETE") == {"faults": []}
    assert client.sign_in().body != b"{}"


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("faults", {"call": "signed-key", "kind": "no such kind"}),
        ("faults", {"call": "no such call", "kind": "delay", "value": 1}),
        ("faults", {"call": "any", "kind": "status", "value": 302}),
        ("faults", {"call": "any", "kind": "delay", "value": -1}),
        ("faults", {"call": "any", "kind": "html", "value": 1}),
        ("faults", {"call": "any", "kind": "html", "times": 0}),
        ("clock", {"offset_s": "soon"}),
        ("clock", {"offset_s": 1e12}),
        ("account", {}),
        ("account", {"quota": -1}),
        ("account", {"password": ""}),
        ("account", {"unknown": 1}),
        ("revoke", {"serial": "abc"}),
        ("revoke", {}),
    ],
)
def test_an_unfit_order_is_refused_and_changes_nothing(
    client: Client, path: str, order: dict[str, object]
) -> None:
    before = client.centre.state()
    with pytest.raises(HTTPError) as refused:
        client.centre.control(path, **order)
    with refused.value as answer:
        assert answer.code == 400
        assert json.load(answer)["error"]
    after = client.centre.state()
    assert {**after, "now": ""} == {**before, "now": ""}


def test_a_serial_never_issued_cannot_be_revoked(client: Client) -> None:
    with pytest.raises(HTTPError) as refused:
        client.centre.control("revoke", serial="1")
    with refused.value as answer:
        assert answer.code == 404


def test_without_the_random_path_there_is_nothing(client: Client) -> None:
    top, _, path = client.centre.facts.control_url.rpartition("/")
    assert len(path) >= 24
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{top}/state", timeout=10)
    refused.value.close()
