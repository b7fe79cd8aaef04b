"""The contract of a cancel that may have to wait."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import Cancelled
from tests.contracts.fakes import FakeCancellation

Given = tuple[Cancellation, Callable[[], None]]


@pytest.fixture(params=["signals", "fake"])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    """A cancellation, and how to request it."""
    if request.param == "fake":
        fake = FakeCancellation()
        yield fake, fake.request
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield SignalCancellation(), lambda: signal.raise_signal(signal.SIGINT)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_deferred_cancel_is_only_noted(given: Given) -> None:
    cancellation, request = given
    assert not cancellation.requested
    with cancellation.deferred():
        request()
    assert cancellation.requested


def test_a_cancel_in_a_brief_stretch_is_raised_at_its_end(given: Given) -> None:
    cancellation, request = given
    stretch = ExitStack()
    stretch.enter_context(cancellation.briefly())
    request()
    with pytest.raises(Cancelled):
        stretch.close()


def test_without_a_cancel_both_stretches_just_end(given: Given) -> None:
    cancellation, _ = given
    with cancellation.briefly(), cancellation.deferred():
        pass
    assert not cancellation.requested
