"""The ssh configuration we write, judged by ssh itself."""

import subprocess
from pathlib import Path

import pytest

from alpkey import glance
from alpkey.core.paths import Paths, find_paths
from alpkey.core.site import Host, Site, read_site
from alpkey.core.ssh.config_blocks import (
    Identity,
    InvalidConfigPath,
    connect_file,
    hosts_file,
    include_line,
    quoted,
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return glance.site(find_paths({"ALPKEY_HOME": str(tmp_path / "none")}, "linux", "/h", 1000))


def resolve(home: Path, site: Site, alias: str) -> dict[str, list[str]]:
    """What ssh makes of our files for ``alias``, in a home at this path."""
    at = find_paths({"ALPKEY_HOME": str(home)}, "linux", "/h", 1000)
    at.own_ssh.mkdir(parents=True)
    key = at.private_key(site.key_file)
    identity = Identity("alice", key, key.with_name("cscs-key-cert.pub"))
    at.own_ssh_config.write_text(hosts_file(site, identity, at))
    at.connect_config.write_text(connect_file(at))
    done = subprocess.run(
        ["ssh", "-F", str(at.connect_config), "-G", alias],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = {}
    for row in done.stdout.splitlines():
        keyword, _, value = row.partition(" ")
        found.setdefault(keyword, []).append(value)
    return found


def test_a_cluster_goes_through_the_jump_host_with_key_and_certificate(
    tmp_path: Path, site: Site
) -> None:
    found = resolve(tmp_path, site, "daint")
    assert found["hostname"] == ["daint.alps.cscs.ch"]
    assert found["proxyjump"] == ["ela"]
    assert found["user"] == ["alice"]
    assert found["identitiesonly"] == ["yes"]
    assert found["identityfile"] == [str(tmp_path / "ssh/cscs-key")]
    assert found["certificatefile"] == [str(tmp_path / "ssh/cscs-key-cert.pub")]
    assert found["userknownhostsfile"] == [str(tmp_path / "ssh/known_hosts")]


def test_the_jump_host_names_key_and_certificate_too(tmp_path: Path, site: Site) -> None:
    found = resolve(tmp_path, site, "ela")
    assert "proxyjump" not in found
    assert found["certificatefile"] == [str(tmp_path / "ssh/cscs-key-cert.pub")]


def test_a_node_is_accepted_on_first_use_and_remembered_apart(tmp_path: Path, site: Site) -> None:
    found = resolve(tmp_path, site, "nid006554")
    assert found["stricthostkeychecking"] == ["accept-new"]
    assert found["userknownhostsfile"] == [str(tmp_path / "ssh/alpkey/known_hosts_nodes")]
    assert "proxyjump" not in found


@pytest.mark.parametrize("alias", ["ela", "daint", "nid006554"])
def test_a_host_for_all_reaches_no_block(tmp_path: Path, site: Site, alias: str) -> None:
    mine = tmp_path / "ssh/config"
    mine.parent.mkdir(parents=True)
    mine.write_text(
        "Host *\n  Port 2222\n  HostName %h.example.org\n  PubkeyAuthentication no\n"
        "  PreferredAuthentications password\n"
    )
    found = resolve(tmp_path, site, alias)
    assert found["port"] == ["22"]
    assert "example.org" not in found["hostname"][0]
    assert found["preferredauthentications"][0].startswith("publickey,")
    assert found["pubkeyauthentication"] in (["true"], ["yes"])


def test_besso_is_not_under_alps(tmp_path: Path, site: Site) -> None:
    assert resolve(tmp_path, site, "besso")["hostname"] == ["besso.vc.cscs.ch"]


@pytest.mark.parametrize(
    "name", ["plain", "a b", 'quo"te', "it's", "100%", "ha#sh", "sta*r", "brack[et]", "back\\slash"]
)
def test_a_home_of_any_name_works(tmp_path: Path, site: Site, name: str) -> None:
    home = tmp_path / name
    found = resolve(home, site, "daint")
    assert found["hostname"] == ["daint.alps.cscs.ch"]
    assert Path(found["identityfile"][0].replace("%%", "%")) == home / "ssh/cscs-key"


def test_the_persons_own_configuration_still_counts(tmp_path: Path, site: Site) -> None:
    own = tmp_path / "ssh/config"
    own.parent.mkdir(parents=True)
    own.write_text("Host daint\n  Port 99\n  Compression yes\n")
    found = resolve(tmp_path, site, "daint")
    assert found["compression"] == ["yes"]
    assert found["port"] == ["22"]


@pytest.mark.parametrize("odd", ["new\nline", "nul\0", "tab\t"])
def test_what_a_line_cannot_hold_is_refused(odd: str) -> None:
    with pytest.raises(InvalidConfigPath):
        quoted(odd)


def test_letters_that_some_versions_expand_in_an_include_may_be_any() -> None:
    path = Path("/h/100%/${A} $B [1]/config")
    assert include_line(path) == 'Include "/h/100?/?{A} $B \\\\[1\\\\]/config"'


def test_a_site_may_name_port_and_host_key_alias(tmp_path: Path, site: Site) -> None:
    table = {
        "name": "X",
        "key_file": "k",
        "quota": {"per_day": 5},
        "validity_hours": 24,
        "user_pattern": ".*",
        "node_pattern": "n?",
        "jump_host": "ela",
        "services": {},
        "hosts": {
            "ela": {"host_name": "127.0.0.1", "port": 40022, "host_key_alias": "ela.cscs.ch"}
        },
    }
    other = read_site(table)
    assert other.host("ela") == Host("ela", "127.0.0.1", 40022, host_key_alias="ela.cscs.ch")
    found = resolve(tmp_path, other, "ela")
    assert (found["port"], found["hostkeyalias"]) == (["40022"], ["ela.cscs.ch"])


def test_places_are_used(tmp_path: Path) -> None:
    at: Paths = find_paths({"ALPKEY_HOME": str(tmp_path)}, "linux", "/h", 1000)
    assert at.connect_config == tmp_path / "ssh/alpkey/connect"
