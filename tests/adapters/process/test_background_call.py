"""Calls in daemon threads."""

import subprocess
import sys
import threading

import pytest

from alpkey.adapters.process.background_call import run_in_background, side_by_side, within

PATIENCE_S = 20.0


def test_the_caller_goes_on_while_the_call_runs() -> None:
    gate, done = threading.Event(), threading.Event()
    background = run_in_background(lambda: gate.wait(PATIENCE_S))
    background.on_done(done.set)
    assert not background.wait(0)
    assert not done.is_set()
    gate.set()
    assert background.wait(PATIENCE_S)
    assert background.result() is True
    assert done.wait(PATIENCE_S)


def test_a_call_that_never_ends_does_not_hold_the_process() -> None:
    """As with a keychain that never answers."""
    program = (
        "import threading; "
        "from alpkey.adapters.process.background_call import run_in_background; "
        "run_in_background(threading.Event().wait)"
    )
    subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S, check=True)


def test_a_call_is_bounded_in_time() -> None:
    gate = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.01, gate.wait)
    gate.set()
    assert within(PATIENCE_S, lambda: 7) == 7


def test_a_late_call_leaves_the_others_their_results() -> None:
    gate = threading.Event()
    results = side_by_side({"late": gate.wait, "there": lambda: 7}, 0.2)
    gate.set()
    assert results == {"late": None, "there": 7}
