"""What macOS would read; no Mac has run it, so only its structure is judged."""

import plistlib
import subprocess
from pathlib import Path

import pytest

from alpkey import __version__
from alpkey.core.desktop import macos
from alpkey.core.paths import APP_ID, Paths, find_paths
from tests.core.sites import site

COMMAND = ["/opt/a b/python", "-P", "-m", "alpkey"]


@pytest.fixture
def at() -> Paths:
    return find_paths({"HOME": "/Users/alice"}, "darwin", "/Users/alice", 501)


def test_the_agent_starts_the_command_in_the_users_session(at: Paths) -> None:
    file = macos.autostart(at, site(), COMMAND)
    assert file.path == Path(f"/Users/alice/Library/LaunchAgents/{APP_ID}.plist")
    agent = plistlib.loads(file.content)
    assert (agent["Label"], agent["ProgramArguments"]) == (APP_ID, [*COMMAND, "--at-login"])
    assert (agent["RunAtLoad"], agent["LimitLoadToSessionType"]) == (True, "Aqua")


@pytest.mark.parametrize(
    ("content", "on"),
    [
        (plistlib.dumps({"Label": "x"}), True),
        (plistlib.dumps({"Disabled": False}, fmt=plistlib.FMT_BINARY), True),
        (plistlib.dumps({"Disabled": True}), False),
        (plistlib.dumps([]), False),
        (b"not a property list", False),
        (b"<plist", False),
    ],
)
def test_an_agent_is_switched_off_by_its_own_key(content: bytes, on: bool) -> None:
    assert macos.is_switched_on(content) is on


def test_the_app_runs_the_command_and_stays_out_of_the_dock(at: Paths, tmp_path: Path) -> None:
    program = tmp_path / "it's a program"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    about, script, icon = macos.menu(at, site(), [str(program), "-P", "a b"], b"drawn")
    described = plistlib.loads(about.content)
    assert described["LSUIElement"] is True
    assert described["CFBundleExecutable"] == script.path.name
    assert described["CFBundleIconFile"] == icon.path.name
    assert described["CFBundleShortVersionString"] == described["CFBundleVersion"] == __version__
    assert (icon.content, icon.path.parent.name) == (b"drawn", "Resources")
    assert (
        about.folder == script.folder == icon.folder == Path("/Users/alice/Applications/Alpkey.app")
    )
    assert (about.path.parent, script.path.parent.name) == (script.path.parents[1], "MacOS")
    runs = tmp_path / "script"
    runs.write_bytes(script.content)
    runs.chmod(script.mode)
    printed = subprocess.run([runs, "x y"], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == ["-P", "a b", "x y"]
