"""The names on Host lines, found in files that no parser would like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.ssh.host_patterns import candidates, includes
from tests.core.sites import site


def names(*contents: bytes) -> list[str]:
    return candidates(contents, site())


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Host a b\n", ["a", "b"]),
        (b"host=a\n", ["a"]),
        (b"HOST = a\r\n", ["a"]),
        (b'\t"Host"\ta "b"\n', ["a", "b"]),
        (b"Host *.org !x ?y a-1.org\n", ["a-1.org"]),
        (b"Host a # b\n", ["a"]),
        (b"#Host a\nHostName b\nMatch host c\n", []),
        (b"Host a\0 b\nHost c", ["a", "c"]),
        (b"Host \xe9\xff a\n", ["a"]),
        ("Host zürich\n".encode(), ["zürich"]),
        (b"Host -oProxyCommand=x a,b $(c)\n", []),
        (b"Host a a\nHost a\n", ["a"]),
        (b"Host daint ela d\n", ["d"]),
        (b"", []),
    ],
)
def test_plain_names(content: bytes, found: list[str]) -> None:
    assert names(content) == found


def test_names_near_the_centre_come_first() -> None:
    far = b"".join(b"Host h%d\n  HostName h%d.example.org\n" % (n, n) for n in range(99))
    near = b"Host d\n  Port 22\n  HostName DAINT.alps.cscs.ch\nHost e\n  HostName %h.cscs.ch\n"
    assert names(far, near)[:3] == ["d", "e", "h0"]


def test_include_lines_are_told_as_they_are() -> None:
    content = b'Include a "b c"\nHost x\n  include=~/conf.d/* # no\n#Include d\n'
    assert includes(content) == ["a", "b c", "~/conf.d/*"]


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(content: bytes) -> None:
    for name in names(content, b"Host " + content):
        assert name.isprintable()
        assert name == name.strip()
        assert not name.startswith("-")
    includes(content)
