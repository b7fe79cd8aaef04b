"""What a click gave to bring a window to the front reaches the process that opens it."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.desktop.child import launch

TELL = """
import json, os, pathlib, sys
path = pathlib.Path(sys.argv[1])
path.with_suffix(".new").write_text(json.dumps(dict(os.environ)))
path.with_suffix(".new").replace(path)
"""


def child(*arguments: str, token: str) -> None:
    os.waitpid(launch.start_child(*arguments, token=token), 0)


@pytest.mark.parametrize("token", ["", "t0k3n"])
@pytest.mark.parametrize("start", [launch.start, child])
def test_the_token_of_a_click(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[..., None],
    token: str,
) -> None:
    for name in (launch.WAYLAND_ACTIVATION, launch.X11_ACTIVATION):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(launch, "command", lambda *rest: [sys.executable, "-c", TELL, *rest])
    told = tmp_path / "environ.json"
    start(str(told), token=token)
    qtbot.waitUntil(told.exists)
    environ = json.loads(told.read_text())
    assert environ.get("XDG_ACTIVATION_TOKEN", "") == token
    assert environ.get("DESKTOP_STARTUP_ID", "") == token
    assert environ["HOME"]
