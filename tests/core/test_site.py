"""A site, its addresses, and the clusters that a person wants of it."""

import re
import tomllib
from datetime import date, datetime
from typing import Any

import pytest

from alpkey.core.signin.methods import first_method, methods
from alpkey.core.site import (
    Host,
    InvalidSite,
    SignInMethod,
    merged,
    overlaid,
    read_site,
    with_clusters,
    with_services_in_use_first,
)
from tests.core.sites import FILE, site

# Every address that a site file names, but the one that leads back to this computer.
ADDRESSES = [
    "services.sshservice.url",
    "services.gateway.url",
    "services.gateway.token_url",
    "openid.issuer",
    "updates",
    "links.portal",
    "links.access",
    "links.mfa",
    "links.dashboard",
    "links.support",
    "links.status",
]


def changed(key: str, value: object) -> dict[str, Any]:
    """The shipped site file with another value for one key."""
    over: object = value
    for name in reversed(key.split(".")):
        over = {name: over}
    assert isinstance(over, dict)
    return merged(tomllib.loads(FILE.read_text()), over)


def addresses(table: dict[str, Any], above: str = "") -> set[str]:
    """The keys of all that look like an address."""
    found = set()
    for name, value in table.items():
        if isinstance(value, dict):
            found |= addresses(value, f"{above}{name}.")
        elif isinstance(value, str) and "://" in value:
            found.add(above + name)
    return found


def test_every_address_of_the_shipped_site_is_tried_here() -> None:
    shipped = addresses(tomllib.loads(FILE.read_text()))
    # The address for newer versions follows from the project's page.
    assert shipped - {"openid.redirect_uri"} == set(ADDRESSES) - {"updates"}


@pytest.mark.parametrize("key", ADDRESSES)
@pytest.mark.parametrize(
    "address",
    [
        "http://centre.example/path",
        "HTTP://centre.example",
        "ftp://centre.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:centre.example",
        "https://",
        "https:///path",
        "https://centre.example@elsewhere.example/",
        "https://centre.example\\@elsewhere.example/",
        "https://centre.example:0/",
        "https://centre.example:port/",
        "https://centre .example/",
        "https://centre.example/\n",
        "//centre.example",
        "centre.example",
        5,
        ["https://centre.example"],
    ],
)
def test_an_address_without_https_is_refused_with_its_key(key: str, address: object) -> None:
    with pytest.raises(InvalidSite) as raised:
        read_site(changed(key, address))
    assert str(raised.value) == f"{key} names an address without https: {address}"


@pytest.mark.parametrize("address", ["https://centre.example", "HTTPS://[2001:db8::1]:8443/a?b=c"])
def test_one_with_https_is_taken(address: str) -> None:
    for key in ADDRESSES:
        read_site(changed(key, address))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
def test_on_this_computer_pages_need_no_https_but_secrets_do(host: str) -> None:
    address = f"http://{host}:8000/path"
    for key in ADDRESSES:
        if key.startswith("links."):
            assert read_site(changed(key, address)).page(key[len("links.") :]) == address
        else:
            with pytest.raises(InvalidSite, match=f"^{key} names an address without https"):
                read_site(changed(key, address))


@pytest.mark.parametrize("uri", ["http://localhost:8765", "http://127.0.0.1:8765", "http://[::1]"])
def test_a_browser_comes_back_to_this_computer(uri: str) -> None:
    openid = read_site(changed("openid.redirect_uri", uri)).openid
    assert openid
    assert openid.redirect_uri == uri


@pytest.mark.parametrize(
    "uri",
    [
        "http://centre.example:8765",
        "https://centre.example",
        "http://127.0.0.1.centre.example",
        "http://localhost.example",
        "http://1270.0.0.1",
        "http://127.0.0.256",
        "http://localhost@centre.example",
        "https://localhost:8765",
        "app:/callback",
        "",
        5,
    ],
)
def test_and_nowhere_else(uri: object) -> None:
    with pytest.raises(InvalidSite, match=r"^openid\.redirect_uri has to be"):
        read_site(changed("openid.redirect_uri", uri))


SHOWN = [host.name for host in site().clusters]
BEHIND = [host.name for host in site().hosts if host.jump]


def names(wanted: dict[str, bool]) -> list[str]:
    return [host.name for host in with_clusters(site(), wanted.items()).clusters]


def test_what_is_wanted_is_shown_and_hidden() -> None:
    assert names({}) == SHOWN
    assert names(dict.fromkeys(BEHIND, True)) == BEHIND
    assert names({**dict.fromkeys(BEHIND, True), SHOWN[0]: False}) == [
        name for name in BEHIND if name != SHOWN[0]
    ]
    assert names(dict.fromkeys(BEHIND, False)) == []


def test_one_of_the_persons_own_goes_through_the_jump_host() -> None:
    found = with_clusters(site(), [("mine", "login.example.org")])
    added = Host("mine", "login.example.org", jump=site().jump_host, shown=True)
    assert found.host("mine") == added
    assert found.clusters[-1].name == "mine"


def test_what_the_site_knows_no_longer_does_no_harm() -> None:
    assert names({"gone": True, "lost": False}) == SHOWN


def test_the_jump_host_stays_as_it_is() -> None:
    for what in ("elsewhere.example.org", True):
        assert with_clusters(site(), [(site().jump_host, what)]) == site()


def test_the_authorities_are_the_same_wherever_we_are_started() -> None:
    assert read_site(changed("ca_bundle", "/etc/ca.pem")).ca_bundle == "/etc/ca.pem"
    for path in ("ca.pem", "./ca.pem", "~/ca.pem", 5):
        with pytest.raises(InvalidSite, match=r"^ca_bundle has to be an absolute path"):
            read_site(changed("ca_bundle", path))


OTHER_HOSTS = {
    "gate": {"host_name": "gate.example"},
    "abacus": {"host_name": "abacus.example", "jump": "gate", "shown": True},
}


def test_a_part_of_a_site_is_laid_over_it() -> None:
    shipped = tomllib.loads(FILE.read_text())
    name = site().jump_host
    found = read_site(overlaid(shipped, {"name": "Tried", "hosts": {name: {"port": 2222}}}))
    assert (found.name, found.short_name) == ("Tried", site().short_name)
    assert (found.services, found.clusters) == (site().services, site().clusters)
    jump = found.host(name)
    assert jump
    assert jump.port == 2222
    added = read_site(overlaid(shipped, {"hosts": {"mine": {"host_name": "mine.example"}}}))
    assert [host.name for host in added.hosts] == [*(host.name for host in site().hosts), "mine"]


@pytest.mark.parametrize(
    "hosts", [OTHER_HOSTS, {**OTHER_HOSTS, SHOWN[0]: {"host_name": "h.example", "jump": "gate"}}]
)
def test_nothing_of_one_centre_stays_below_another(hosts: dict[str, Any]) -> None:
    other = {
        "name": "Other",
        "jump_host": "gate",
        "services": {"signer": {"kind": "gateway", "url": "https://signer.example"}},
        "hosts": hosts,
    }
    found = read_site(overlaid(tomllib.loads(FILE.read_text()), other))
    assert (found.name, found.short_name) == ("Other", "Other")
    assert [host.name for host in found.hosts] == list(hosts)
    assert [service.name for service in found.services] == ["signer"]
    assert (found.openid, dict(found.links), found.key_tools) == (None, {}, ())
    assert found.key_file == site().key_file


def test_another_centre_has_to_name_its_services_and_its_jump_host() -> None:
    shipped = tomllib.loads(FILE.read_text())
    for over, missing in (
        ({"name": "Other", "hosts": OTHER_HOSTS}, "services"),
        ({"name": "Other", "hosts": OTHER_HOSTS, "services": {}}, "jump_host"),
        ({"jump_host": "gate", "hosts": OTHER_HOSTS}, "name"),
    ):
        table = overlaid(shipped, over)
        assert missing not in table
        with pytest.raises(InvalidSite, match=r"^the site file has no "):
            read_site(table)


@pytest.mark.parametrize(
    ("key", "value"), [("jump_host", "lost"), (f"hosts.{SHOWN[0]}.jump", "lost")]
)
def test_every_jump_leads_through_a_host_of_the_site(key: str, value: str) -> None:
    with pytest.raises(InvalidSite, match=f"^{re.escape(key)} names no host: lost$"):
        read_site(changed(key, value))


class TestRetiredServices:
    def test_from_its_day_on_it_comes_last(self) -> None:
        def names(day: date) -> list[str]:
            return [service.name for service in with_services_in_use_first(site(), day).services]

        assert names(date(2026, 5, 3)) == ["sshservice", "gateway"]
        assert names(date(2026, 5, 4)) == ["gateway", "sshservice"]

    def test_the_browser_comes_first_then_and_the_password_is_still_offered(self) -> None:
        now = with_services_in_use_first(site(), date(2026, 12, 1))
        assert [method.value for method in methods(now, ())] == ["browser", "device", "password"]
        assert first_method(now, (), None) is SignInMethod.BROWSER

    def test_a_service_at_another_address_is_not_the_retired_one(self) -> None:
        over = {"services": {"sshservice": {"url": "https://localhost:1/"}}}
        moved = read_site(overlaid(tomllib.loads(FILE.read_text()), over))
        assert [service.retired_since for service in moved.services] == [None, None]
        assert site().services[0].retired_since == date(2026, 5, 4)

    def test_a_site_can_say_that_it_is_in_use_again(self) -> None:
        again = read_site(changed("services.sshservice.retired_since", ""))
        assert again.services[0].retired_since is None

    @pytest.mark.parametrize("odd", ["soon", 2026, True, datetime(2026, 5, 4)])  # noqa: DTZ001
    def test_what_is_no_day_is_refused(self, odd: object) -> None:
        with pytest.raises(InvalidSite):
            read_site(changed("services.sshservice.retired_since", odd))
