"""What is ours on a computer, by the journal alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.core.keys.certificate import Certificate, read_certificate
from alpkey.core.owned_item import OwnedItem
from alpkey.core.state.facts import Fact, Issued, KeyProtected, Retired, SecretSaved, SessionSaved
from alpkey.core.state.ownership import OwnedKeys, accounts, kept_in_keychain
from tests.keys import make_key, sign

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[Certificate]:
    """Two for one key, the second of another serial; and one for another key."""
    folder = tmp_path_factory.mktemp("keys")
    authority = make_key(folder / "ca")
    made = []
    for name, serial in (("key", "7"), ("key", "8"), ("other", "7")):
        key = folder / name
        if not key.exists():
            make_key(key)
        made.append(read_certificate(sign(authority, key, "-z", serial).read_bytes()))
    return made


def issued(certificate: Certificate, *, own_key: bool) -> Fact:
    path = Path("/a/key")
    return Issued.of(
        certificate, at=NOW, account="alice", attempt="", key_path=path, own_key=own_key
    )


def test_a_key_of_ours_with_all_its_certificates(certificates: list[Certificate]) -> None:
    first, second, other = certificates
    ours = OwnedKeys.of([issued(first, own_key=True)])
    assert ours.has_key(first.public_key)
    assert ours.has_entry(first.public_key)
    assert ours.has_certificate(second)
    assert ours.has_entry(second.blob)
    assert not ours.has_key(other.public_key)
    assert not ours.has_certificate(other)
    assert not ours.has_entry(other.blob)
    assert not ours.has_key(None)


def test_of_a_key_that_is_not_only_the_certificate_that_we_got(
    certificates: list[Certificate],
) -> None:
    first, second, other = certificates
    ours = OwnedKeys.of([issued(first, own_key=False)])
    assert not ours.has_key(first.public_key)
    assert not ours.has_entry(first.public_key)
    assert ours.has_entry(first.blob)
    assert not ours.has_certificate(second)
    assert not ours.has_certificate(other), "serials of different authorities may be the same"


def test_what_the_keychain_holds_of_everybody_now() -> None:
    facts: list[Fact] = [
        SecretSaved(NOW, "alice", "password"),
        SessionSaved(NOW, "alice", kept=True),
        SecretSaved(NOW, "bob", "totp"),
        SecretSaved(NOW, "carol", "password"),
        SecretSaved(NOW, "carol", "nothing"),
        SessionSaved(NOW, "dave", kept=True),
        SessionSaved(NOW, "dave", kept=False),
        KeyProtected(NOW, kept=True),
        Retired(NOW, "sshservice", retired=True),
    ]
    assert accounts(facts) == ["alice", "bob", "carol", "dave"]
    assert kept_in_keychain(facts) == [
        OwnedItem("session", "alice"),
        OwnedItem("password", "alice"),
        OwnedItem("totp", "bob"),
    ]
