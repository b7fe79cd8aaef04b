"""What is written into the keychain, and what is found there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.keychain.entries import KINDS, SavedSecret, from_entry, to_entry
from alpkey.core.secret import Secret


@given(st.sampled_from(KINDS), st.text())
def test_it_comes_back_letter_by_letter(kind: str, text: str) -> None:
    kept = SavedSecret(kind, Secret(text))  # type: ignore[arg-type]
    assert from_entry(to_entry(kept)) == kept
    assert "***" in repr(kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "[]",
        "{}",
        "5",
        '{"later": "x"}',
        '{"password": 5}',
        '{"password": "x", "totp": "y"}',
        "[" * 100_000,
    ],
)
def test_what_we_did_not_write_is_nothing(text: str) -> None:
    assert from_entry(Secret(text)) is None
