"""The contract of proofs of a pair, for every type of key: by cryptography, and by ssh-keygen."""

import binascii
from pathlib import Path

import pytest

from alpkey.adapters.keys.pairs import CryptographyKeys
from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import read_certificate
from alpkey.core.keys.ports import IssuedPair, Pairs
from alpkey.core.secret import Secret
from tests.contracts.fakes import FakePairs
from tests.keys import KINDS, keygen, make_key, sign


@pytest.fixture(params=["cryptography", "ssh-keygen"])
def pairs(request: pytest.FixtureRequest, tmp_path: Path) -> Pairs:
    return FakePairs(tmp_path) if request.param == "ssh-keygen" else CryptographyKeys()


def issued(key: Path, certificate: Path) -> IssuedPair:
    return IssuedPair(Secret(key.read_text()), certificate.read_text())


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_is_proven(pairs: Pairs, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind)
    certificate = sign(make_key(tmp_path / "ca"), key)
    proven = pairs.prove(issued(key, certificate))
    assert proven == read_certificate(certificate.read_bytes())
    assert pairs.check(certificate.read_text()) == proven
    assert pairs.public_key(Secret(key.read_text())) == proven.public_key


def test_ssh_knows_a_new_key(pairs: Pairs, tmp_path: Path) -> None:
    first, second = pairs.make(), pairs.make()
    assert first != second
    key = tmp_path / "key"
    key.write_text(first.reveal())
    key.chmod(0o600)
    line = keygen("-y", "-f", key)
    assert line.split()[0] == "ssh-ed25519"
    assert binascii.a2b_base64(line.split()[1]) == pairs.public_key(first)


@pytest.mark.parametrize("kind", KINDS)
def test_a_passphrase_hides_no_public_key(pairs: Pairs, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind, "a passphrase")
    wanted = binascii.a2b_base64((tmp_path / "key.pub").read_text().split()[1])
    assert pairs.public_key(Secret(key.read_text())) == wanted


def test_a_passphrase_hides_the_public_key_in_an_old_format(pairs: Pairs, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key", "rsa")
    keygen("-q", "-p", "-m", "PEM", "-P", "", "-N", "a passphrase", "-f", key)
    for text, code in ((key.read_text(), "key-hidden"), ("no key", "key-unfit")):
        with pytest.raises(InvalidFile) as raised:
            pairs.public_key(Secret(text))
        assert raised.value.code == code


def test_the_parameters_that_openssl_writes_first_are_ignored(pairs: Pairs, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key", "ecdsa-256")
    wanted = pairs.public_key(Secret(key.read_text()))
    keygen("-q", "-p", "-m", "PEM", "-P", "", "-N", "", "-f", key)
    begin, end = (f"-----{word} EC PARAMETERS-----\n" for word in ("BEGIN", "END"))
    text = f"{begin}BggqhkjOPQMBBw==\n{end}{key.read_text()}"
    assert pairs.public_key(Secret(text)) == wanted


def test_what_is_no_pair_is_invalid(pairs: Pairs, tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    locked = make_key(tmp_path / "locked", passphrase="a passphrase")
    authority = make_key(tmp_path / "ca")
    certificate = sign(authority, key)
    for invalid in (
        issued(other, certificate),
        issued(locked, sign(authority, locked)),
        issued(key, key.with_name("key.pub")),
    ):
        with pytest.raises(InvalidFile) as raised:
            pairs.prove(invalid)
        assert raised.value.code == "answer-unfit"


def test_a_certificate_with_another_signature_is_invalid(pairs: Pairs, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    kind, blob, *rest = sign(make_key(tmp_path / "ca"), key).read_text().split()
    content = bytearray(binascii.a2b_base64(blob))
    content[-1] ^= 1
    forged = " ".join([kind, binascii.b2a_base64(content, newline=False).decode(), *rest])
    with pytest.raises(InvalidFile) as raised:
        pairs.check(forged)
    assert raised.value.code == "answer-unfit"
