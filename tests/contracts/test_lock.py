"""What every lock keeps to."""

from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.state.lock import FileLock
from alpkey.core.errors import Unreachable
from alpkey.core.state.ports import Lock
from tests.contracts.fakes import FakeLock

Two = tuple[Lock, Lock]


def no_fallback() -> Path:
    raise AssertionError


@pytest.fixture(params=["file", "fake"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Two:
    """The same lock as two who compete for it see it."""
    if request.param == "fake":
        fake = FakeLock()
        return fake, fake
    path = tmp_path / "lock"
    return FileLock(path, no_fallback, now), FileLock(path, no_fallback, now)


class TestContract:
    def test_the_second_is_told_who_holds_it(self, two: Two) -> None:
        mine, theirs = two
        with mine.held(1):
            holder = theirs.holder()
            assert holder is not None
            with pytest.raises(Unreachable) as raised, theirs.held(0):
                pass
        assert raised.value.code == "lock-held"
        assert raised.value.params["process"] == holder.process

    def test_it_is_free_afterwards(self, two: Two) -> None:
        mine, theirs = two
        with pytest.raises(ZeroDivisionError), mine.held(1):
            raise ZeroDivisionError
        assert theirs.holder() is None
        with theirs.held(0):
            pass
