"""The counts of tunnels say what answers, not what was started."""

import pytest

from alpkey.core.messages.tunnels import BRIEF_STATES, COUNTED_STATES, counts, summary
from alpkey.core.tunnels.record import TunnelState

OPEN, SILENT, WAITING = "open", "service-not-answering", "waiting-for-key"


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([], "No tunnel is open"),
        ([OPEN], "1 tunnel open"),
        ([OPEN, OPEN], "2 tunnels open"),
        ([SILENT], "1 tunnel not answering"),
        ([WAITING, WAITING], "2 tunnels waiting for a new key"),
        ([SILENT, OPEN, SILENT], "3 tunnels: 1 open, 2 not answering"),
    ],
)
def test_a_summary(states: list[str], text: str) -> None:
    assert summary(states) == text


def test_only_what_answers_counts_as_open() -> None:
    running = [state.value for state in TunnelState if not state.is_final]
    assert counts(running).startswith("1 open, 1 not answering")
    assert set(COUNTED_STATES) == set(running) <= set(BRIEF_STATES)
