"""A dead display is found before Qt is loaded, by its socket."""

import socket
from pathlib import Path

import pytest

from alpkey.desktop.display_check import dead_display, report


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"DISPLAY": ":7654"},
        {"DISPLAY": "unix:7654.0"},
        {"DISPLAY": "localhost:7654.0"},
        {"DISPLAY": ":999999999"},
        {"DISPLAY": "/no/such/socket:0"},
        {"WAYLAND_DISPLAY": "wayland-77", "XDG_RUNTIME_DIR": "/no/such/folder"},
        {"WAYLAND_DISPLAY": "w" * 300},
        {"WAYLAND_DISPLAY": "wayland-77", "DISPLAY": ":7654"},
    ],
)
def test_no_display_or_a_dead_one_is_named(environ: dict[str, str]) -> None:
    reason = dead_display(environ, "linux")
    assert reason
    assert all(name in reason for name in (environ.get("DISPLAY", ""),))


def test_it_is_said_once_with_a_code_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert report({"DISPLAY": ":7654"}) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_one_that_answers_is_left_to_qt(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "wayland-0"))
        listener.listen()
        environ = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert dead_display(environ, "linux") is None
        assert dead_display({"WAYLAND_DISPLAY": str(tmp_path / "wayland-0")}, "linux") is None
    assert dead_display(environ, "linux") is not None


def test_x11_over_tcp_as_ssh_forwards_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1] - 6000
        assert dead_display({"DISPLAY": f"127.0.0.1:{number}.0"}, "linux") is None


@pytest.mark.parametrize("name", ["offscreen", "minimal:x"])
def test_platforms_without_a_display_need_none(name: str) -> None:
    assert dead_display({"QT_QPA_PLATFORM": name}, "linux") is None
    assert dead_display({}, "darwin") is None
