"""What every call that runs aside keeps to."""

import threading
from collections.abc import Callable, Iterator

import pytest

from alpkey.adapters.process.background_call import ThreadCall
from alpkey.core.background_call import BackgroundCall
from tests.contracts.fakes import FakeLater

PATIENCE_S = 20.0


class Pair:
    """A call aside, and the moment that the test lets it end."""

    def __init__(self, kind: str, call: Callable[[], str]) -> None:
        gate = threading.Event()

        def gated() -> str:
            gate.wait()
            return call()

        self.later: BackgroundCall[str]
        self.let: Callable[[], None]
        if kind == "fake":
            fake = FakeLater(call)
            self.later, self.let = fake, fake.come
        else:
            self.later, self.let = ThreadCall(gated), gate.set


@pytest.fixture(params=["thread", "fake"])
def aside(request: pytest.FixtureRequest) -> Iterator[Pair]:
    pair = Pair(request.param, lambda: "there")
    yield pair
    pair.let()
    assert pair.later.wait(PATIENCE_S)


class TestContract:
    def test_it_is_not_there_before_its_time(self, aside: Pair) -> None:
        assert not aside.later.wait(0)
        aside.let()
        assert aside.later.wait(PATIENCE_S)
        assert aside.later.result() == "there"

    @pytest.mark.parametrize("first", ["tell", "let"])
    def test_the_deed_is_done_once_whoever_comes_first(self, aside: Pair, first: str) -> None:
        told: list[str] = []
        done = threading.Event()

        def action() -> None:
            told.append(aside.later.result())
            done.set()

        if first == "tell":
            aside.later.tell(action)
            assert told == []
            aside.let()
        else:
            aside.let()
            assert aside.later.wait(PATIENCE_S)
            aside.later.tell(action)
        assert done.wait(PATIENCE_S)
        assert told == ["there"]


def test_what_the_thread_raises_is_raised_where_it_is_asked_for() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    running = ThreadCall(fail)
    assert running.wait(PATIENCE_S)
    with pytest.raises(ZeroDivisionError):
        running.result()
