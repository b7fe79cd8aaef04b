"""Whose a key is: what the journal and the file beside it tell."""

from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.ports import StoredKey
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Fact
from alpkey.core.state.key_origin import Origin, origin
from tests.core.state.test_journal import issued

BLOB = b"a public key"
STORED = StoredKey(Path("/h/.ssh/cscs-key"), BLOB, encrypted=False)
OF_SERVICE = issued(fingerprint=fingerprint(BLOB))
MADE_HERE = OF_SERVICE._replace(local=True)
OF_PERSON = MADE_HERE._replace(own_key=False)


@pytest.mark.parametrize(
    ("stored", "facts", "wanted"),
    [
        (None, [], Origin.NOWHERE),
        (STORED, [OF_SERVICE], Origin.SERVICE),
        (replace(STORED, has_public=True), [OF_SERVICE], Origin.SERVICE),
        (STORED, [MADE_HERE], Origin.HERE),
        (STORED, [OF_PERSON], Origin.PERSON),
        (replace(STORED, has_public=True), [], Origin.PERSON),
        (STORED, [], Origin.UNKNOWN),
        (replace(STORED, public_key=None, has_public=True), [], Origin.UNKNOWN),
    ],
)
def test_an_origin_is_told(stored: StoredKey | None, facts: list[Fact], wanted: Origin) -> None:
    assert origin(stored, fold(facts, "alice")) is wanted


@pytest.mark.parametrize(
    ("stored", "facts", "wanted"),
    [
        (None, [], Origin.NOWHERE),
        (STORED, [], Origin.PERSON),
        (replace(STORED, public_key=None), [], Origin.PERSON),
        (STORED, [OF_SERVICE], Origin.PERSON),
        (STORED, [MADE_HERE], Origin.HERE),
        (replace(STORED, elsewhere=True), [MADE_HERE], Origin.NOWHERE),
    ],
)
def test_one_that_the_person_named_is_always_used(
    stored: StoredKey | None, facts: list[Fact], wanted: Origin
) -> None:
    assert origin(stored, fold(facts, "alice"), named=True) is wanted


def test_only_a_key_from_a_computer_is_used_as_it_is() -> None:
    assert {one for one in Origin if one.is_used} == {Origin.HERE, Origin.PERSON}
