"""What the site file publishes about the keys of hosts."""

from dataclasses import replace

import asyncssh
import pytest

from alpkey.core.ssh.host_authorities import authority_line, published_fingerprints
from alpkey.core.ssh.host_keys import HostKey
from tests.core.sites import site

AUTHORITY = asyncssh.generate_private_key("ssh-ed25519")
PUBLIC = AUTHORITY.export_public_key().decode().strip()
FINGERPRINT = AUTHORITY.get_fingerprint()
ELA = next(host for host in site().hosts if host.name == "ela")
KEY = HostKey("ssh-ed25519-cert-v01@openssh.com", "SHA256:ela", FINGERPRINT)


@pytest.mark.parametrize(
    "entry",
    [PUBLIC, f"@cert-authority {PUBLIC}", f"@cert-authority *.cscs.ch {PUBLIC} us", FINGERPRINT],
    ids=["key", "any host", "hosts of a domain", "fingerprint"],
)
def test_every_form_of_an_entry_gives_the_fingerprint(entry: str) -> None:
    assert published_fingerprints([entry]) == {FINGERPRINT}


def test_what_is_no_key_matches_none() -> None:
    assert published_fingerprints(["@cert-authority", "ssh-ed25519 AAAA", ""]) == {
        "@cert-authority",
        "ssh-ed25519 AAAA",
        "",
    }


@pytest.mark.parametrize(
    ("port", "alias", "name"),
    [(22, None, ELA.host_name), (2222, None, f"[{ELA.host_name}]:2222"), (2222, "e", "e")],
)
def test_an_authority_is_remembered_for_its_host_alone(
    port: int, alias: str | None, name: str
) -> None:
    host = replace(
        ELA, port=port, host_key_alias=alias, host_keys=(f"@cert-authority *.ch {PUBLIC}",)
    )
    assert authority_line(host, KEY) == f"@cert-authority {name} {PUBLIC}"


def test_no_authority_is_remembered_that_did_not_sign() -> None:
    host = replace(ELA, host_keys=(f"@cert-authority {PUBLIC}",))
    assert authority_line(host, HostKey("ssh-ed25519", "SHA256:ela")) is None
    assert authority_line(replace(host, host_keys=(FINGERPRINT,)), KEY) is None
    assert authority_line(replace(host, host_keys=(PUBLIC, "")), KEY) is None
