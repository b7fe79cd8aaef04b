"""The interpreter's own SHA-256 against hashlib's."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.digest import sha256


@given(st.binary())
def test_it_is_that_of_hashlib(content: bytes) -> None:
    assert sha256(content).digest() == hashlib.sha256(content).digest()
    assert sha256(content).hexdigest() == hashlib.sha256(content).hexdigest()
