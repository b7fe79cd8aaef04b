"""Our line at the top of any bytes: it alone comes and goes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.ssh.config_blocks import InvalidConfigPath
from alpkey.core.ssh.include_line import (
    applied,
    begins_with,
    difference,
    digest,
    include_line_for,
    undone,
    without_top_line,
)

LINE = include_line_for(Path("/home/alice/.ssh/alpkey/config"))

PIECES = st.sampled_from(
    [
        b"Host *\n",
        b"Host a\r\n",
        b"\tPort 22 \n",
        b"\xef\xbb\xbf",
        b"\0",
        b"\xe9\n",
        b"\n",
        b"\r",
        b"\f\n",
        b'Include "x y"\n',
        b"IgnoreUnknown UseKeychain\n",
        b"Match all\n",
        LINE,
        LINE + b"\n",
        LINE + b"\r\n",
        b" " + LINE + b"\n",
    ]
)
CONTENTS = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=12).map(b"".join))


@given(CONTENTS)
def test_every_byte_outside_our_line_stays(content: bytes) -> None:
    written = applied(content, LINE)
    assert begins_with(written, LINE)
    assert written.endswith(content)
    first, _, _ = written.partition(b"\n")
    assert first.rstrip(b"\r") == LINE


@given(CONTENTS)
def test_applying_twice_is_applying_once(content: bytes) -> None:
    once = applied(content, LINE)
    assert applied(once, LINE) == once


@given(CONTENTS)
def test_apply_and_undo_give_the_same_bytes(content: bytes) -> None:
    if begins_with(content, LINE):
        return
    written = applied(content, LINE)
    assert without_top_line(written, LINE) == content
    assert undone(written, LINE, digest(written)) == content


@given(CONTENTS, CONTENTS)
def test_what_was_added_since_stays(content: bytes, more: bytes) -> None:
    written = applied(content, LINE)
    left = undone(more + b"\n" + written, LINE, digest(written))
    assert not {LINE, LINE + b"\r"} & set(left.split(b"\n"))
    kept = [row for row in (more + b"\n" + written).split(b"\n") if row not in (LINE, LINE + b"\r")]
    assert [row for row in left.split(b"\n") if row] == [row for row in kept if row]


@given(CONTENTS)
def test_nothing_of_ours_is_nothing_to_undo(content: bytes) -> None:
    if LINE not in content:
        assert undone(content, LINE, None) == content


@given(CONTENTS)
def test_the_difference_names_our_line_only(content: bytes) -> None:
    written = applied(content, LINE)
    for before, after in ((content, written), (written, undone(written, LINE, None))):
        rows = difference(Path("/c"), LINE, before, after).splitlines()[2:]
        assert {row[1:] for row in rows if not row.startswith("@@")} <= {LINE.decode()}


@pytest.mark.parametrize("content", [b"", b"Host a\n  Port 1\n", b"no end", b"Host a\r\n"])
def test_patch_does_with_the_difference_what_we_do(tmp_path: Path, content: bytes) -> None:
    """patch(1) is no package that tests need; git is at hand wherever the source is."""
    path = tmp_path / "config"
    path.write_bytes(content)
    wanted = applied(content, LINE)
    text = difference(Path("config"), LINE, content, wanted)
    command = ["git", "apply", "--unidiff-zero", "-p0", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=text.encode(), cwd=tmp_path, check=True)
    assert path.read_bytes().replace(b"\r\n", b"\n") == wanted.replace(b"\r\n", b"\n")


def test_a_line_that_wandered_is_taken_out_where_it_stands() -> None:
    content = b"# mine\nHost a\n" + LINE + b"\n  Port 1\n" + LINE
    assert undone(content, LINE, None) == b"# mine\nHost a\n  Port 1\n"
    assert difference(Path("/c"), LINE, content, undone(content, LINE, None)).splitlines()[2:] == [
        "@@ -3 +2,0 @@",
        "-" + LINE.decode(),
        "@@ -5 +3,0 @@",
        "-" + LINE.decode(),
    ]


def test_a_path_with_blanks_is_quoted_and_one_with_a_newline_refused() -> None:
    assert include_line_for(Path("/a b/config")) == b'Include "/a b/config"'
    with pytest.raises(InvalidConfigPath):
        include_line_for(Path("/a\nb/config"))
