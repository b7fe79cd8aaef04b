"""The parts of ``make trust`` that decide what it finds, tried fast on the real thing."""

import shutil
import tempfile
import time
from collections.abc import Iterator

import pytest

from tests.centre import Home
from tests.trust.row import in_time, spread
from tests.trust.system_calls import KILLED, broken, changing_calls, run, traced

SET = ("settings", "set", "tell_updates", "on")


@pytest.fixture
def calm(home: Home) -> Iterator[Home]:
    """With a runtime folder of its own, short enough for the names of sockets."""
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    with tempfile.TemporaryDirectory(prefix="alpkey-") as folder:
        before = home.environ.get("XDG_RUNTIME_DIR")
        home.environ["XDG_RUNTIME_DIR"] = folder
        yield home
        home.environ |= {"XDG_RUNTIME_DIR": before} if before else {}


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64])
def test_every_point_is_tried_once_and_a_beginning_lies_evenly(count: int) -> None:
    order = spread(count)
    assert sorted(order) == list(range(count))
    if count == 64:
        assert sorted(order[:4]) == [0, 16, 32, 48]


def test_when_the_time_is_over_one_point_is_tried() -> None:
    assert list(in_time("abc", time.monotonic() - 1)) == ["a"]
    assert sorted(in_time("abc", None)) == ["a", "b", "c"]


def test_calls_are_counted_by_name_in_the_process_that_was_started() -> None:
    trace = (
        '10 openat(AT_FDCWD, "/h/read", O_RDONLY) = 3\n'
        '10 write(1</dev/null>, "x", 1) = 1\n'
        '11 write(4</h/other>, "x", 1) = 1\n'
        '10 openat(AT_FDCWD, "/h/made", O_RDWR|O_CREAT, 0600 <unfinished ...>\n'
        "10 <... openat resumed>) = 3\n"
        '10 write(3</h/made>, "x", 1) = 1\n'
    )
    own, others = changing_calls(trace, ["/h/"])
    assert [(call.name, call.nth) for call in own] == [("openat", 2), ("write", 2)]
    assert len(others) == 1


def test_a_kill_strikes_before_the_call_and_an_error_instead_of_it(calm: Home) -> None:
    file = calm.path / "config/config.toml"
    assert run(calm, SET, "", {}).code == 0  # or the first start would compile modules, and rename
    file.unlink()
    ended, calls, others = traced(calm, SET, "", {})
    assert (ended.code, others) == (0, [])
    assert "tell_updates" in file.read_text()
    rename = next(call for call in calls if call.name.startswith("rename"))
    file.unlink()
    assert broken(calm, SET, "", {}, rename, "KILL").code == KILLED
    assert not file.exists()
    assert list(file.parent.glob(".config.toml.alpkey-*"))
    failed = broken(calm, SET, "", {}, rename, "ENOSPC")
    assert (failed.code, file.exists()) == (9, False)
    assert run(calm, SET, "", {}).code == 0
