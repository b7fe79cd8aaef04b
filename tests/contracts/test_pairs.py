"""What a proof of a pair keeps to, for every type of key."""

from pathlib import Path

import pytest

from alpkey.adapters.pairs import RealPairs
from alpkey.core.certificate import read_certificate
from alpkey.core.errors import Unfit
from alpkey.core.ports import IssuedPair
from alpkey.core.secret import Secret
from tests.keys import KINDS, make_key, sign


def issued(key: Path, certificate: Path) -> IssuedPair:
    return IssuedPair(Secret(key.read_text()), certificate.read_text())


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_is_proven(tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "key", kind)
    certificate = sign(make_key(tmp_path / "ca"), key)
    proven = RealPairs().prove(issued(key, certificate))
    assert proven == read_certificate(certificate.read_bytes())


def test_what_is_no_pair_is_unfit(tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    locked = make_key(tmp_path / "locked", passphrase="a passphrase")
    authority = make_key(tmp_path / "ca")
    certificate = sign(authority, key)
    for odd in (
        issued(other, certificate),
        issued(locked, sign(authority, locked)),
        issued(key, key.with_name("key.pub")),
    ):
        with pytest.raises(Unfit) as raised:
            RealPairs().prove(odd)
        assert raised.value.code == "answer-unfit"
