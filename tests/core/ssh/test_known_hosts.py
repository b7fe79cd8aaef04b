"""Our lines in known_hosts come and go, and nothing of the person's changes."""

from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.ssh.known_hosts import added, without

OURS = st.lists(st.sampled_from([b"ela ssh-ed25519 A", b"daint ssh-ed25519 B", b"x y z"]))
THEIRS = st.lists(
    st.sampled_from([b"ela ssh-rsa C\n", b"# mine\r\n", b"\n", b"\xff\x00\n", b"no end", b"a\rb\n"])
).map(b"".join)


def had_end(content: bytes) -> bool:
    return not content or content.endswith(b"\n")


@given(THEIRS, OURS)
def test_what_was_added_is_taken_out_again(theirs: bytes, ours: list[bytes]) -> None:
    content = theirs
    for line in ours:
        content = added(content, line)
    assert without(content, ours, had_end=had_end(theirs)) == theirs


@given(THEIRS, OURS, THEIRS)
def test_what_the_person_writes_behind_it_stays(
    theirs: bytes, ours: list[bytes], later: bytes
) -> None:
    content = theirs
    for line in ours:
        content = added(content, line)
    rest = without(content + later, ours, had_end=had_end(theirs))
    ended = theirs if had_end(theirs) or not ours or not later else theirs + b"\n"
    assert rest == ended + later


def test_a_line_of_theirs_that_says_the_same_stays() -> None:
    same = b"ela ssh-ed25519 A"
    assert without(added(same + b"\n", same), [same], had_end=True) == same + b"\n"


def test_lines_that_are_gone_or_changed_already_are_left_alone() -> None:
    theirs = b"|1|salt|hash ssh-ed25519 A\n"
    assert without(theirs, [b"ela ssh-ed25519 A"], had_end=False) == theirs


def test_a_file_that_was_not_there_begins_with_the_line() -> None:
    assert added(None, b"one") == b"one\n"
