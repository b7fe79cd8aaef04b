"""The record of a connection: what is written is what is read, and nothing else is believed."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.ssh.connect_record import ConnectRecord, parse, quoted

PATH = "/home/alice/caf\udce9 ssh/connect"


def record(**changed: object) -> ConnectRecord:
    values = {
        "valid_after": 100,
        "valid_before": 200,
        "names": ["ela", "daint"],
        "before": ["ssh", "-F", PATH],
        "before_command": ["ssh", "-F", PATH, "-o", "RemoteCommand=none"],
        "agent": "SSH_AUTH_SOCK",
        "key": "00ff",
        "started": ["0.1.0", "/usr/bin/python3", ""],
        "seen": ["d\t1 2\t/home", f"f\t-\t{PATH}"],
        **changed,
    }
    return ConnectRecord(**values)  # type: ignore[arg-type]


def test_what_is_written_is_read() -> None:
    content = record().to_bytes()
    again = parse(content)
    assert again
    assert again.to_bytes() == content
    assert again.command("daint", []) == ["ssh", "-F", PATH, "daint"]
    alone = ["-o", "RemoteCommand=none"]
    assert again.command("daint", ["ls"]) == ["ssh", "-F", PATH, *alone, "daint", "ls"]
    assert [again.lets_in(now) for now in (99, 100, 199.9, 200)] == [False, True, True, False]


def test_a_truncated_record_is_none() -> None:
    content = record().to_bytes()
    for end in range(len(content)):
        assert parse(content[:end]) is None


@pytest.mark.parametrize("content", [b"", b"\n" * 9, b"1" + record().to_bytes()[1:], b"\xff" * 99])
def test_another_content_is_none(content: bytes) -> None:
    assert parse(content) is None


@pytest.mark.parametrize(
    "changed", [{"before": ["ssh", "-F", "/a\tb"]}, {"agent": "/a\nb"}, {"seen": ["f\t-\t/a\nb"]}]
)
def test_what_a_line_cannot_hold_is_not_written(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="line break"):
        record(**changed).to_bytes()


@given(st.lists(st.text()))
def test_words_are_quoted_as_for_any_shell(words: list[str]) -> None:
    assert quoted(words) == shlex.join(words)
