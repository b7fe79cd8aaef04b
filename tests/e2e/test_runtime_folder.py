"""Sockets and ssh's configuration where no session has a folder for them, or others are at it."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.core.paths import Paths, find_paths, lock_of
from alpkey.core.runtime_folder import TRAY, WINDOW
from alpkey.runtime_folder import RuntimeFolder
from tests.centre import Home
from tests.e2e.inside import change_inside
from tests.e2e.waiting import until

# What a person would see and close by hand.
SAYS_THE_BOX = """
from PySide6.QtWidgets import QMessageBox
QMessageBox.critical = lambda parent, title, text: print(text, flush=True)
"""


@pytest.fixture
def alone(home: Home, short_folder: Path) -> Iterator[Home]:
    """A desktop without a session's folder; its temporary one is ours to look into."""
    home.environ |= {"DISPLAY": ":4711", "QT_QPA_PLATFORM": "offscreen"}
    session = {"XDG_RUNTIME_DIR": home.environ["XDG_RUNTIME_DIR"]}
    home.environ |= {"XDG_RUNTIME_DIR": "", "TMPDIR": str(short_folder)}
    home.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
    yield home
    home.environ |= session


def places(home: Home) -> Paths:
    return find_paths(home.environ, "linux", "/nowhere", os.getuid())


def made_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("alpkey-*"))


@pytest.mark.parametrize("words", [("window", "main"), ()], ids=["window", "tray"])
def test_a_start_without_any_folder_says_so_in_a_box(
    alone: Home, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nothing can be remembered, for a file is where the state should be."""
    state = places(alone).state
    shutil.rmtree(state, ignore_errors=True)
    state.write_text("")
    change_inside(alone, tmp_path, SAYS_THE_BOX)
    done = alone.run(*words)
    assert done.returncode == 9
    assert "no folder for its sockets" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "no folder for its sockets" in done.stderr


@pytest.mark.parametrize("words", [("window", "main"), ()], ids=["window", "tray"])
def test_a_start_that_another_does_not_answer_says_so_in_a_box(
    alone: Home, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = RuntimeFolder(places(alone).runtime).ready() / (WINDOW if words else TRAY)
    change_inside(alone, tmp_path, SAYS_THE_BOX)
    with subprocess.Popen(
        ["flock", str(lock_of(path)), "-c", "echo; read _"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = alone.run(*words)
        holder.communicate(b"\n")
    assert done.returncode == 5
    assert "does not answer" in done.stdout
    assert "does not answer" in done.stderr


@pytest.fixture
def window(alone: Home) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(alone.command("window", "main"), env=alone.environ) as process:
        yield process
        process.send_signal(signal.SIGTERM)


def test_a_later_start_finds_the_first_in_the_remembered_folder(
    alone: Home, short_folder: Path, window: "subprocess.Popen[bytes]"
) -> None:
    path = until(lambda: RuntimeFolder(places(alone).runtime).place(WINDOW), "the folder")
    until(lambda: listens(path), "the window")
    assert alone.run("window", "main").returncode == 0
    assert made_in(short_folder) == [path.parent]
    assert window.poll() is None


def listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0


def test_the_folder_may_go_under_a_window_that_runs(
    alone: Home, short_folder: Path, window: "subprocess.Popen[bytes]"
) -> None:
    path = until(lambda: RuntimeFolder(places(alone).runtime).place(WINDOW), "the folder")
    until(lambda: listens(path), "the window")
    shutil.rmtree(path.parent)
    with subprocess.Popen(alone.command("window", "main"), env=alone.environ) as second:
        anew = until(lambda: RuntimeFolder(places(alone).runtime).place(WINDOW), "a new folder")
        until(lambda: listens(anew), "its window")
        assert anew.parent != path.parent
        second.send_signal(signal.SIGTERM)
    assert window.poll() is None


def test_looking_makes_no_folder(alone: Home, short_folder: Path) -> None:
    for words in (("status",), ("status", "--short"), ("settings", "list"), ("tunnel", "list")):
        alone.run(*words)
    assert made_in(short_folder) == []
    assert not places(alone).runtime.record.exists()


def test_connect_runs_no_command_of_another_person(
    alone: Home, short_folder: Path, tmp_path: Path
) -> None:
    """They made the folder of a name that they could compute, and put their own file there."""
    odd = tmp_path / "my home"
    alone.path.rename(odd)
    alone.path = odd
    alone.environ["ALPKEY_HOME"] = str(odd)
    assert alone.renew()[0] == 0
    ran = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"Host *\n    ProxyCommand sh -c 'touch {ran}; exit 1'\n")
    with_session = {**alone.environ, "XDG_RUNTIME_DIR": str(short_folder)}
    session = find_paths(with_session, "linux", "/nowhere", os.getuid()).runtime.session
    assert session is not None
    theirs = (session, session.with_name(f"{session.name}-{os.getuid()}"))
    for folder in theirs:
        folder.mkdir()
        folder.chmod(0o777)
        (folder / "connect").symlink_to(evil)
    for more in ({}, {"XDG_RUNTIME_DIR": str(short_folder)}):
        alone.run("connect", "daint", "--here", "--", "hostname", **more)
    assert not ran.exists()
    for folder in theirs:
        assert (folder / "connect").readlink() == evil
    (made,) = set(made_in(short_folder)) - set(theirs)
    assert (made / "connect").readlink() == places(alone).connect_config
