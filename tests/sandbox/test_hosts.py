"""The ssh hosts, by OpenSSH itself: whom they let in, and where they lead."""

import subprocess
from pathlib import Path

import pytest

from tests.keys import make_key
from tests.sandbox.client import Answer, Client
from tests.sandbox.gateway_client import GatewayClient
from tests.sandbox.openid_client import Browser, Pkce

REFUSED = 255
DAY_S = 24 * 3600
KNOCKED_ON = ("ela", "daint")


class Person:
    """Somebody with a pair in a folder, and ssh."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._facts = client.centre.facts
        self._folder = folder
        self._key = folder / "key"

    def takes(self, answer: Answer) -> "Person":
        certificate, key = answer.pair
        self._write("key", key)
        self._write("key-cert.pub", certificate)
        return self

    def takes_certificate(self, key: Path, certificate: str) -> "Person":
        """A certificate for a key of one's own."""
        self._key = key
        key.with_name(f"{key.name}-cert.pub").write_text(certificate)
        return self

    def takes_plain(self, key: Path) -> "Person":
        self._key = key
        return self

    def ssh(
        self, host: str, *command: str, user: str = "alice", through: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Straight to a host's own port, or through another by the host's name."""
        config = self._folder / "config"
        config.write_text(self._config(user))
        jump = ["-J", through] if through else []
        place = host if through else f"direct-{host}"
        done = ["ssh", "-F", str(config), *jump, place, *command]
        return subprocess.run(
            done, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=30
        )

    def _config(self, user: str) -> str:
        places = self._facts.hosts.items()
        direct = [
            f"Host direct-{name}\n HostName {at['address']}\n Port {at['port']}\n"
            f" HostKeyAlias {name}\n"
            for name, at in places
        ]
        jumps = f"Host ela\n HostName 127.0.0.1\n Port {self._facts.hosts['ela']['port']}\n"
        known = Path(self._facts.home) / "ssh/known_hosts"
        return (
            "".join(direct)
            + jumps
            + " HostKeyAlias ela\n"
            + f"Host *\n User {user}\n IdentityFile {self._key}\n IdentitiesOnly yes\n"
            + f" IdentityAgent none\n BatchMode yes\n UserKnownHostsFile {known}\n"
            + " StrictHostKeyChecking yes\n GlobalKnownHostsFile none\n"
        )

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.touch(0o600)
        path.write_text(text)


@pytest.fixture
def person(client: Client, tmp_path: Path) -> Person:
    return Person(client, tmp_path)


@pytest.mark.parametrize("host", ["ela", "daint", "santis", "clariden", "nid006554"])
def test_every_host_lets_a_fresh_key_in(person: Person, client: Client, host: str) -> None:
    done = person.takes(client.sign_in()).ssh(host, "hostname")
    assert (done.stdout, done.returncode) == (f"{host}\n", 0), done.stderr


@pytest.mark.parametrize(
    "kind", ["expired", "not-yet-valid", "foreign-ca", "wrong-principal", "host-certificate"]
)
def test_none_lets_an_unfit_certificate_in(person: Person, client: Client, kind: str) -> None:
    client.centre.fault(kind)
    person.takes(client.sign_in())
    assert [person.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_none_lets_a_plain_key_in(person: Person, tmp_path: Path) -> None:
    person.takes_plain(make_key(tmp_path / "own"))
    assert [person.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_none_lets_another_user_in(person: Person, client: Client) -> None:
    person.takes(client.sign_in())
    assert person.ssh("ela", "true", user="bobby").returncode == REFUSED
    client.centre.control("account", principals=["bobby"])
    person.takes(client.sign_in())
    assert person.ssh("ela", "whoami", user="bobby").stdout == "bobby\n"
    assert person.ssh("ela", "true").returncode == REFUSED


def test_a_revoked_key_is_refused_at_once(person: Person, client: Client) -> None:
    person.takes(client.sign_in())
    assert person.ssh("daint", "true").returncode == 0
    client.centre.control("revoke", serial=client.issued()[-1]["serial"])
    assert [person.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


def test_a_key_revoked_at_the_gateway_is_refused_at_once(
    person: Person, gateway: GatewayClient
) -> None:
    signed = gateway.signed()
    person.takes_certificate(gateway.key, signed["publicKey"])
    assert person.ssh("daint", "hostname").stdout == "daint\n"
    assert gateway.revoke(signed["serialNumber"]).status == 200
    assert [person.ssh(host, "true").returncode for host in KNOCKED_ON] == [REFUSED, REFUSED]


@pytest.mark.parametrize("kind", ["rsa", "ecdsa-256"])
def test_every_type_of_key_gets_in(
    person: Person, gateway: GatewayClient, tmp_path: Path, kind: str
) -> None:
    key = make_key(tmp_path / kind, kind)
    person.takes_certificate(key, gateway.sign("1min", key).json["sshKey"]["publicKey"])
    assert person.ssh("ela", "hostname").stdout == "ela\n"


@pytest.mark.parametrize(("subnet", "status"), [("127.0.0.0/8", 0), ("10.0.0.0/8", REFUSED)])
def test_a_certificate_for_a_network_works_from_there_only(
    person: Person, gateway: GatewayClient, subnet: str, status: int
) -> None:
    signed = gateway.signed("1min", ipSubnets=[subnet])
    person.takes_certificate(gateway.key, signed["publicKey"])
    assert person.ssh("ela", "true").returncode == status


def test_a_certificate_for_a_command_runs_that_one(person: Person, gateway: GatewayClient) -> None:
    signed = gateway.signed("1min", forceCommand="whoami")
    person.takes_certificate(gateway.key, signed["publicKey"])
    assert person.ssh("ela", "hostname").stdout == "alice\n"


def test_the_guest_gets_in_as_the_guest(
    person: Person, gateway: GatewayClient, browser: Browser
) -> None:
    pkce = Pkce()
    page = browser.sign_in_at_home(browser.open(gateway.openid.address(pkce)))
    tokens = gateway.openid.redeem(page.arrived["code"], pkce).json
    gateway.token = tokens["access_token"]
    person.takes_certificate(gateway.key, gateway.signed()["publicKey"])
    assert person.ssh("ela", "whoami", user=gateway.centre.facts.guest).returncode == 0
    assert person.ssh("ela", "true").returncode == REFUSED


@pytest.mark.parametrize("offset_s", [DAY_S + 60, -3600])
def test_the_sandbox_goes_by_its_own_clock(person: Person, client: Client, offset_s: int) -> None:
    person.takes(client.sign_in())
    client.centre.control("clock", offset_s=offset_s)
    assert person.ssh("ela", "true").returncode == REFUSED
    client.centre.control("clock", offset_s=0)
    assert person.ssh("ela", "true").returncode == 0


def test_ela_leads_to_the_clusters_and_to_nowhere_else(person: Person, client: Client) -> None:
    person.takes(client.sign_in())
    assert person.ssh("daint", "hostname", through="ela").stdout == "daint\n"
    for stranger in ("nid006554", "example.org"):
        assert person.ssh(stranger, "true", through="ela").returncode == REFUSED
    assert person.ssh("nid006554", "hostname", through="direct-daint").stdout == "nid006554\n"


def test_the_shell_answers_and_ends_as_told(person: Person, client: Client) -> None:
    person.takes(client.sign_in())
    assert person.ssh("daint", "whoami").stdout == "alice\n"
    assert "nid006554" in person.ssh("daint", "squeue").stdout
    assert person.ssh("daint", "exit", "7").returncode == 7
    assert person.ssh("daint", "no-such-thing").returncode == 127
