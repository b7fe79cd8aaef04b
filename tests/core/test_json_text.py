"""JSON from outside: wrong in any way, it is a ValueError."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.json_text import parse_json
from alpkey.core.state import journal_lines
from alpkey.core.timestamps import from_rfc3339
from alpkey.core.tunnels.record import from_bytes, target_from_bytes
from alpkey.core.updates.releases import LastUpdateCheck


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "NaN", "-Infinity", "1e999", '"\\ud800"', '{"\\udfff": 1}', "", "\0", "{"],
)
def test_all_that_is_wrong_is_one_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  that it is this type is the claim
        parse_json(text)
    with pytest.raises(ValueError):  # noqa: PT011
        parse_json(text.encode())


def test_a_pair_of_surrogates_is_a_letter() -> None:
    assert parse_json('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@given(st.binary())
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        parse_json(data)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        from_rfc3339(text)


@pytest.mark.parametrize(
    "changed",
    [
        '"at": null',
        '"at": "9999-12-31T23:59:59-23:59"',
        '"account": 5',
        '"attempt": [1]',
        '"serial": 1e999',
        '"fingerprint": {}',
        '"valid_before": 7',
    ],
)
def test_a_line_with_other_types_is_passed_over(changed: str) -> None:
    good = (
        '{"fact": "issued", "at": "2026-11-25T10:00:00Z", "account": "alice", "attempt": "a", '
        '"serial": "5", "fingerprint": "SHA256:x", "valid_before": null, "key_path": "/k"}'
    )
    assert len(list(journal_lines.from_lines([good]))) == 1
    assert list(journal_lines.from_lines([good[:-1] + f", {changed}}}"])) == []


def test_records_with_impossible_numbers_are_none_of_ours() -> None:
    row = (
        b'{"id": "a", "cluster": "c", "node": "n", "ports": [[1, 1e999]], "state": "open", '
        b'"since": "2026-11-25T10:00:00Z", "silent": [], "error": null, "process": 1}'
    )
    assert from_bytes(row, alive=True) is None
    assert target_from_bytes(row) is None
    release = b'{"asked_at": "0001-01-01T00:00:00+23:59", "version": null, "page": null}'
    assert LastUpdateCheck.from_bytes(release) is None
