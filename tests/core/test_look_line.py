"""The line in ``state/look``: what goes in comes out, and a prompt shows the right words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.look_line import FOR_EVER, LookLine, parse, short

NOW_S = 1_795_600_000
HOUR_S = 3600


def line(**changes: object) -> LookLine:
    columns = {
        "valid_after": NOW_S - HOUR_S,
        "valid_before": NOW_S + 13 * HOUR_S + 42 * 60,
        "limit": 5,
        "slot_ends": (NOW_S + HOUR_S, NOW_S + 2 * HOUR_S),
        "lead_s": 2 * HOUR_S,
        "mtime_ns": 17,
        "size": 900,
        "key_path": b"/home/a b/.ssh/cscs-key",
    }
    return LookLine(**{**columns, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "text", "code"),
    [
        ({}, "13h42m 3/5", 0),
        ({"slot_ends": None}, "13h42m ?/5", 0),
        ({"slot_ends": ()}, "13h42m 5/5", 0),
        ({"slot_ends": (NOW_S - 1,)}, "13h42m 5/5", 0),
        ({"valid_before": NOW_S + 2 * HOUR_S - 1}, "1h59m 3/5", 8),
        ({"valid_before": NOW_S + 59}, "0h00m 3/5", 8),
        ({"valid_before": NOW_S}, "expired 3/5", 7),
        ({"valid_after": NOW_S + 1}, "not yet valid", 9),
        ({"valid_after": 0, "valid_before": 0}, "broken", 9),
        ({"size": 0}, "no key", 6),
        ({"valid_before": FOR_EVER}, "forever 3/5", 0),
    ],
)
def test_short_line_and_exit_code(changes: dict[str, object], text: str, code: int) -> None:
    assert short(line(**changes), NOW_S) == (text, code)


@given(
    st.integers(0, FOR_EVER),
    st.none() | st.lists(st.integers(0, FOR_EVER), max_size=5).map(tuple),
    st.binary(min_size=1).filter(lambda path: b"\n" not in path),
)
def test_columns_survive_the_disk(end: int, slots: tuple[int, ...] | None, path: bytes) -> None:
    written = line(valid_before=end, slot_ends=slots, key_path=path)
    read = parse(written.to_bytes())
    assert read is not None
    assert read.to_bytes() == written.to_bytes()
    assert (read.valid_before, read.slot_ends, read.key_path) == (end, slots, path)


@given(st.binary())
def test_no_bytes_stop_the_reader(data: bytes) -> None:
    parse(data)


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_torn_line_is_none(cut: int) -> None:
    assert parse(line().to_bytes()[:-cut]) is None


def test_another_version_is_none() -> None:
    assert parse(b"2" + line().to_bytes()[1:]) is None
