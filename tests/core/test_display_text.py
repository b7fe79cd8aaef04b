"""The filter for text that people see."""

import pytest

from alpkey.core.display_text import LINE_LIMIT_CHARS, visible, visible_values


@pytest.mark.parametrize(
    "harmful",
    ["\x1b]0;title\x07", "\x9b2J", "\r", "\x08", "\u202e", "\u2066", "\u200b", "\ud800", "\u2028"],
)
def test_control_characters_and_marks_never_pass(harmful: str) -> None:
    shown = visible(f"a{harmful}b\n\tc")
    assert harmful not in shown
    assert shown.isascii()
    assert shown.startswith("a?")
    assert shown.endswith("b\n\tc")
    assert visible_values({"x": [{"y": harmful}], "n": 5}) != {"x": [{"y": harmful}], "n": 5}


def test_plain_text_stays_and_long_lines_are_cut() -> None:
    plain = "Zürich\n" + "a" * 100
    assert visible(plain) == plain
    lines = visible("x" * 300_000 + "\nend").split("\n")
    assert [len(line) for line in lines] == [LINE_LIMIT_CHARS, 3]
