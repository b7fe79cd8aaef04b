"""No event line is longer than the contract allows."""

import json

import pytest

from alpkey.cli.output.presenters import event_line
from alpkey.core.events import LINE_LIMIT_BYTES


@pytest.mark.parametrize(
    "result",
    [
        {"key_id": "\x01" * 60_000},
        {"principals": ["user"] * 50_000},
        {"a": {"b": ["é" * 99] * 999}},
    ],
)
def test_what_is_too_long_is_cut_and_stays_json(result: dict[str, object]) -> None:
    line = event_line({"event": "done", "result": result})
    assert len(line) <= LINE_LIMIT_BYTES
    assert json.loads(line)["event"] == "done"
    assert json.loads(line)["result"].keys() == result.keys()
