"""The ssh hosts, by OpenSSH itself: who gets in, and which hosts are reached from where."""

from pathlib import Path

import pytest

from tests.keys import make_key
from tests.sandbox.client import Client
from tests.sandbox.gateway_client import GatewayClient
from tests.sandbox.openid_client import Browser, Pkce
from tests.sandbox.ssh_user import SshUser

REFUSED = 255
DAY_S = 24 * 3600
KNOCKED_ON = ("ela", "daint")


@pytest.mark.parametrize("host", ["ela", "daint", "santis", "clariden", "nid006554"])
def test_every_host_lets_a_fresh_key_in(user: SshUser, client: Client, host: str) -> None:
    done = user.takes(client.sign_in()).ssh(host, "hostname")
    assert (done.stdout, done.returncode) == (f"{host}\n", 0), done.stderr


@pytest.mark.parametrize(
    "kind", ["expired", "not-yet-valid", "foreign-ca", "wrong-principal", "host-certificate"]
)
def test_none_lets_an_unfit_certificate_in(user: SshUser, client: Client, kind: str) -> None:
    client.centre.fault(kind)
    user.takes(client.sign_in())
    assert [user.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_none_lets_a_plain_key_in(user: SshUser, tmp_path: Path) -> None:
    user.takes_plain(make_key(tmp_path / "own"))
    assert [user.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_none_lets_another_user_in(user: SshUser, client: Client) -> None:
    user.takes(client.sign_in())
    assert user.ssh("ela", "true", user="bobby").returncode == REFUSED
    client.centre.control("account", principals=["bobby"])
    user.takes(client.sign_in())
    assert user.ssh("ela", "whoami", user="bobby").stdout == "bobby\n"
    assert user.ssh("ela", "true").returncode == REFUSED


def test_a_revoked_key_is_refused_at_once(user: SshUser, client: Client) -> None:
    user.takes(client.sign_in())
    assert user.ssh("daint", "true").returncode == 0
    client.centre.control("revoke", serial=client.issued()[-1]["serial"])
    assert [user.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_a_key_revoked_at_the_gateway_is_refused_at_once(
    user: SshUser, gateway: GatewayClient
) -> None:
    signed = gateway.signed()
    user.takes_certificate(gateway.key, signed["publicKey"])
    assert user.ssh("daint", "hostname").stdout == "daint\n"
    assert gateway.revoke(signed["serialNumber"]).status == 200
    assert [user.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


@pytest.mark.parametrize("kind", ["rsa", "ecdsa-256"])
def test_every_type_of_key_gets_in(
    user: SshUser, gateway: GatewayClient, tmp_path: Path, kind: str
) -> None:
    key = make_key(tmp_path / kind, kind)
    user.takes_certificate(key, gateway.sign("1min", key).json["sshKey"]["publicKey"])
    assert user.ssh("ela", "hostname").stdout == "ela\n"


@pytest.mark.parametrize(("subnet", "status"), [("127.0.0.0/8", 0), ("10.0.0.0/8", REFUSED)])
def test_a_certificate_for_a_network_works_from_there_only(
    user: SshUser, gateway: GatewayClient, subnet: str, status: int
) -> None:
    signed = gateway.signed("1min", ipSubnets=[subnet])
    user.takes_certificate(gateway.key, signed["publicKey"])
    assert user.ssh("ela", "true").returncode == status


def test_a_certificate_for_a_command_runs_that_one(user: SshUser, gateway: GatewayClient) -> None:
    signed = gateway.signed("1min", forceCommand="whoami")
    user.takes_certificate(gateway.key, signed["publicKey"])
    assert user.ssh("ela", "hostname").stdout == "alice\n"


def test_the_guest_gets_in_as_the_guest(
    user: SshUser, gateway: GatewayClient, browser: Browser
) -> None:
    pkce = Pkce()
    page = browser.sign_in_at_home(browser.open(gateway.openid.address(pkce)))
    tokens = gateway.openid.redeem(page.arrived["code"], pkce).json
    gateway.token = tokens["access_token"]
    user.takes_certificate(gateway.key, gateway.signed()["publicKey"])
    assert user.ssh("ela", "whoami", user=gateway.centre.facts.guest).returncode == 0
    assert user.ssh("ela", "true").returncode == REFUSED


@pytest.mark.parametrize("offset_s", [DAY_S + 60, -3600])
def test_the_sandbox_goes_by_its_own_clock(user: SshUser, client: Client, offset_s: int) -> None:
    user.takes(client.sign_in())
    client.centre.control("clock", offset_s=offset_s)
    assert user.ssh("ela", "true").returncode == REFUSED
    client.centre.control("clock", offset_s=0)
    assert user.ssh("ela", "true").returncode == 0


def test_ela_leads_to_the_clusters_and_to_nowhere_else(user: SshUser, client: Client) -> None:
    user.takes(client.sign_in())
    assert user.ssh("daint", "hostname", through="ela").stdout == "daint\n"
    for stranger in ("nid006554", "example.org"):
        assert user.ssh(stranger, "true", through="ela").returncode == REFUSED
    assert user.ssh("nid006554", "hostname", through="direct-daint").stdout == "nid006554\n"


def test_the_shell_answers_and_ends_as_told(user: SshUser, client: Client) -> None:
    user.takes(client.sign_in())
    assert user.ssh("daint", "whoami").stdout == "alice\n"
    assert "nid006554" in user.ssh("daint", "squeue").stdout
    assert user.ssh("daint", "exit", "7").returncode == 7
    assert user.ssh("daint", "no-such-thing").returncode == 127
