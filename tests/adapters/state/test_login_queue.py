"""Turns: one at a time, and a no that is remembered."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.state.login_queue import LoginQueueFile
from alpkey.core.errors import KeyExpired

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_second_waits_and_then_gives_up(tmp_path: Path) -> None:
    mine, theirs = (
        LoginQueueFile(tmp_path / "state/ensure"),
        LoginQueueFile(tmp_path / "state/ensure"),
    )
    with mine.held(1), pytest.raises(KeyExpired) as raised, theirs.held(0.2):
        pass
    assert raised.value.code == "not-renewed"
    with theirs.held(0):
        pass


def test_a_no_outlives_the_turn(tmp_path: Path) -> None:
    turn = LoginQueueFile(tmp_path / "state/ensure")
    assert turn.declined_at() is None
    with turn.held(1):
        assert turn.declined_at() is None
        turn.note_declined(NOON)
    assert LoginQueueFile(tmp_path / "state/ensure").declined_at() == NOON


@pytest.mark.parametrize("content", [b"", b"torn", b"9" * 40, b"\xff"])
def test_what_cannot_be_read_is_no_no(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ensure"
    path.write_bytes(content)
    assert LoginQueueFile(path).declined_at() is None
