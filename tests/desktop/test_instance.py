"""One for each home; a second start is heard by the first."""

import socket
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alpkey.core.errors import InvalidFile
from alpkey.desktop.instance import MESSAGE_LIMIT_BYTES, Instance, display, display_elsewhere, send


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short one: a socket's path has at most 107 letters."""
    monkeypatch.chdir(tmp_path)
    Path("here").mkdir(mode=0o700)
    return Path("here/tray.socket")


@pytest.fixture
def first(qtbot: QtBot, path: Path) -> Instance:
    claimed = Instance.claim(path)
    assert claimed is not None
    return claimed


def test_the_second_is_none_and_sends_to_the_first(
    qtbot: QtBot, first: Instance, path: Path
) -> None:
    with first:
        assert Instance.claim(path) is None
        with qtbot.waitSignal(first.received) as received:
            assert send(path, show="renew", connect="daint")
    assert received.args == [{"show": "renew", "connect": "daint"}]


def test_the_next_may_come_after_the_first(first: Instance, path: Path) -> None:
    with first:
        pass
    second = Instance.claim(path)
    assert second is not None
    with second:
        pass


def test_sending_fails_without_a_listener(path: Path) -> None:
    assert not send(path, show="main")


@pytest.mark.usefixtures("qapp")
def test_a_socket_left_by_a_killed_instance_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    claimed = Instance.claim(path)
    assert claimed is not None
    with claimed:
        assert send(path, show="main")


def test_a_silent_caller_holds_nobody_up(qtbot: QtBot, first: Instance, path: Path) -> None:
    """The silent one is connected first, and for as long as it likes."""
    with first, socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path))
        with qtbot.waitSignal(first.received, timeout=1000):
            send(path, show="main")


@pytest.mark.parametrize(
    "noise", [b"", b"[]\n", b"{\n", b"\xff\n", b"x" * (2 * MESSAGE_LIMIT_BYTES)]
)
def test_noise_is_not_heard(qtbot: QtBot, first: Instance, path: Path, noise: bytes) -> None:
    messages: list[object] = []
    first.received.connect(messages.append)
    with first:
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(path))
            stranger.sendall(noise)
        with qtbot.waitSignal(first.received):
            send(path, show="main")
    assert messages == [{"show": "main"}]


def test_a_socket_that_cannot_be_made_raises(path: Path) -> None:
    with pytest.raises(InvalidFile) as raised:
        Instance.claim(path / "no" / "folder")
    assert raised.value.code == "runtime-unfit"


def test_one_on_another_display_is_known(
    first: Instance, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window of this home cannot come to a second screen of the same user."""
    with first:
        assert display_elsewhere(path) is None
        here = display()
        monkeypatch.setenv("DISPLAY", ":99")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert display_elsewhere(path) == (here or None)
    assert display_elsewhere(path.with_name("none")) is None
