"""Where the runtime folder may be, and which folders will do."""

import stat
from pathlib import Path

import pytest

from alpkey.core.runtime_folder import (
    LONGEST_NAME_BYTES,
    RuntimeRoots,
    is_ours_alone,
    is_own_agent,
    is_session,
    keeps_apart,
    random_name,
    runtime_roots,
)
from alpkey.core.tunnels.record import socket_name

ME, OTHER = 1000, 65534
FOLDER, LINK = stat.S_IFDIR, stat.S_IFLNK


def roots(platform: str = "linux", **environ: str) -> RuntimeRoots:
    return runtime_roots(environ, platform, "/home/alice/.local/state/alpkey", ME)


def test_no_name_in_it_is_longer_than_a_tunnels() -> None:
    assert len(socket_name("daint-nid006554-6006")) == LONGEST_NAME_BYTES


def test_it_is_in_the_session_where_there_is_one() -> None:
    session = roots(XDG_RUNTIME_DIR="/run/user/1000").session
    assert session is not None
    assert session.parent == Path("/run/user/1000")


@pytest.mark.parametrize("odd", ["", "run", "~"])
def test_an_odd_session_is_passed_over(odd: str) -> None:
    assert roots(XDG_RUNTIME_DIR=odd).session is None


@pytest.mark.parametrize(("platform", "limit_bytes"), [("linux", 107), ("darwin", 103)])
def test_a_sockets_path_just_fits(platform: str, limit_bytes: int) -> None:
    ours = len("/alpkey-") + 12 + 1 + LONGEST_NAME_BYTES
    longest = "/" + "x" * (limit_bytes - ours - 1)
    assert roots(platform, XDG_RUNTIME_DIR=longest).session is not None
    assert roots(platform, XDG_RUNTIME_DIR=longest + "x").session is None
    accent = longest[:-1] + "é"  # one letter, two bytes
    assert roots(platform, XDG_RUNTIME_DIR=accent).session is None


def test_temporary_folders_that_no_record_can_name_are_passed_over() -> None:
    for odd in ("relative", "/a\nb", "/" + "x" * 90):
        assert roots(TMPDIR=odd).temporary == (Path("/tmp"), Path("/var/tmp"))
    assert roots(TMPDIR="/scratch").temporary[0] == Path("/scratch")


def test_a_name_is_never_the_same() -> None:
    assert len({random_name() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "path",
    ["relative/alpkey-1", "/home/alice/.gnupg", "/tmp/../alpkey-1", "/" + "x" * 90 + "/alpkey-1"],
)
def test_a_record_of_something_else_is_not_followed(path: str) -> None:
    assert not roots().may_be(Path(path))
    assert roots().may_be(Path("/tmp/alpkey-1"))


@pytest.mark.parametrize(
    ("mode", "owner", "good"),
    [
        (FOLDER | 0o700, ME, True),
        (FOLDER | 0o2700, ME, True),
        (FOLDER | 0o710, ME, False),
        (FOLDER | 0o701, ME, False),
        (FOLDER | 0o777, ME, False),
        (FOLDER | 0o500, ME, False),
        (FOLDER | 0o700, OTHER, False),
        (FOLDER | 0o700, 0, False),
        (LINK | 0o700, ME, False),
        (stat.S_IFREG | 0o700, ME, False),
    ],
)
def test_ours_alone(mode: int, owner: int, good: bool) -> None:
    assert is_ours_alone(mode, owner, ME) is good


@pytest.mark.parametrize(
    ("mode", "owner", "good"),
    [
        (FOLDER | 0o700, ME, True),
        (FOLDER | 0o755, ME, True),
        (FOLDER | 0o775, ME, False),
        (FOLDER | 0o1777, ME, False),
        (FOLDER | 0o700, 0, False),
        (LINK | 0o777, ME, False),
    ],
)
def test_a_session_of_ours(mode: int, owner: int, good: bool) -> None:
    assert is_session(mode, owner, ME) is good


@pytest.mark.parametrize(
    ("mode", "owner", "good"),
    [
        (FOLDER | 0o1777, 0, True),
        (FOLDER | 0o755, 0, True),
        (FOLDER | 0o700, ME, True),
        (FOLDER | 0o777, 0, False),
        (FOLDER | 0o770, ME, False),
        (FOLDER | 0o1777, OTHER, False),
    ],
)
def test_where_what_we_make_stays_what_it_is(mode: int, owner: int, good: bool) -> None:
    assert keeps_apart(mode, owner, ME) is good


def test_our_own_agent_is_known_by_its_name() -> None:
    assert is_own_agent("/tmp/alpkey-0123456789abcdef/agent")
    for other in ("/tmp/ssh-x/agent.12", "/run/user/1000/keyring/agent", "alpkey-1/tray"):
        assert not is_own_agent(other)
