"""A call whose outcome another thread brings."""

import pytest

from alpkey.core.background_call import BackgroundCall


def test_it_is_not_done_before_it_is_run() -> None:
    background = BackgroundCall(lambda: "the outcome")
    assert not background.wait(0)
    background.run()
    assert background.wait(0)
    assert background.result() == "the outcome"


@pytest.mark.parametrize("registers_first", [True, False])
def test_an_action_runs_once_whenever_it_was_registered(registers_first: bool) -> None:
    background = BackgroundCall(lambda: "the outcome")
    seen: list[str] = []
    if registers_first:
        background.on_done(lambda: seen.append(background.result()))
        assert seen == []
        background.run()
    else:
        background.run()
        background.on_done(lambda: seen.append(background.result()))
    assert seen == ["the outcome"]


def test_an_error_is_raised_where_the_result_is_used() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    background = BackgroundCall(fail)
    background.run()
    with pytest.raises(ZeroDivisionError):
        background.result()
