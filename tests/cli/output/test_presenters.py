"""What a person at a terminal sees of a code to scan."""

from alpkey.cli.output.presenters import half_blocks

DARK_ON_LIGHT, PLAIN = "\x1b[30;107m", "\x1b[0m"


def test_two_rows_of_a_code_make_a_line_of_text() -> None:
    lines = half_blocks(("10", "11", "01")).split("\n")
    assert lines == [f"{DARK_ON_LIGHT}{line}{PLAIN}" for line in ("█▄", " ▀")]


def test_an_even_number_of_rows_needs_no_more() -> None:
    assert half_blocks(("1", "1")) == f"{DARK_ON_LIGHT}█{PLAIN}"
