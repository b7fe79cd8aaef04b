"""``state/tray.json``: what is written is read again, and anything else is an empty memory."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.schedule.reminder_store import from_bytes, to_bytes
from alpkey.core.schedule.reminders import REMEMBERED, Kind, Memory, Reminder, Snooze

names = st.text(st.characters(codec="utf-8"), max_size=20)
kinds = st.sampled_from(Kind)
seconds = st.integers(0, 10**9).map(lambda n: datetime.fromtimestamp(n, UTC))
memories = st.builds(
    Memory,
    st.dictionaries(names, kinds, max_size=REMEMBERED),
    st.none() | st.builds(Snooze, st.builds(Reminder, names, kinds), seconds),
    st.booleans(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(memories)
def test_what_is_written_is_read_again(memory: Memory) -> None:
    read = from_bytes(to_bytes(memory))
    assert read == memory
    assert list(read.shown) == list(memory.shown)


@given(memories, st.integers(0, 400))
def test_a_truncated_file_is_an_empty_memory(memory: Memory, length: int) -> None:
    whole = to_bytes(memory)
    assert from_bytes(whole[:length]) in (Memory(), memory)


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_an_empty_memory(content: bytes) -> None:
    assert from_bytes(content) == Memory()


@given(told=json_values, snooze=json_values)
def test_rows_of_another_shape_never_raise(told: object, snooze: object) -> None:
    memory = from_bytes(json.dumps({"version": 1, "told": told, "snooze": snooze}).encode())
    assert isinstance(memory, Memory)
    assert memory.snooze is None


@pytest.mark.parametrize("depth", [100_000])
def test_a_file_that_is_all_brackets(depth: int) -> None:
    assert from_bytes(b"[" * depth) == Memory()


def test_a_file_of_an_older_version_is_read() -> None:
    row = json.loads(to_bytes(Memory({"7@end": Kind.WILL_IT_LAST}, None, True)))
    del row["first_start_shown"]
    assert from_bytes(json.dumps(row).encode()) == Memory({"7@end": Kind.WILL_IT_LAST})


def test_a_reminder_does_not_bring_the_first_start_back() -> None:
    memory = Memory(first_start_shown=True).with_shown(Reminder("7@end", Kind.WILL_IT_LAST))
    assert memory.first_start_shown


def test_the_form_of_the_file() -> None:
    shown = Reminder("7@2026-11-26T08:05:00Z", Kind.WILL_IT_LAST)
    memory = (
        Memory().with_shown(shown).with_snooze(shown, datetime(2026, 11, 25, 16, 2, tzinfo=UTC))
    )
    assert json.loads(to_bytes(memory)) == {
        "version": 1,
        "told": {"7@2026-11-26T08:05:00Z": "will-it-last"},
        "snooze": {
            "certificate": "7@2026-11-26T08:05:00Z",
            "kind": "will-it-last",
            "until": "2026-11-25T16:32:00Z",
        },
        "first_start_shown": False,
    }


def test_it_stays_small() -> None:
    memory = Memory()
    for serial in range(1000):
        memory = memory.with_shown(Reminder(str(serial), Kind.SOON))
    assert list(from_bytes(to_bytes(memory)).shown) == [
        str(n) for n in range(1000 - REMEMBERED, 1000)
    ]
    assert from_bytes(to_bytes(memory)).snooze is None
