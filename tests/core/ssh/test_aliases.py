"""state/aliases: written and read again."""

from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.ssh.aliases import Alias, from_text, to_text

NAMES = st.from_regex(r"\w[\w.-]{0,20}", fullmatch=True)


@given(st.lists(st.builds(Alias, NAMES, NAMES)))
def test_what_is_written_is_read(aliases: list[Alias]) -> None:
    assert from_text(to_text(aliases)) == aliases


def test_lines_of_another_form_are_passed_over() -> None:
    assert from_text("d\tdaint\nx\n\t\na\tb\tc\nw\tsantis") == [
        Alias("d", "daint"),
        Alias("w", "santis"),
    ]
