"""The settings file as other versions and editors leave it."""

import os
from pathlib import Path

import pytest

from alpkey import glance
from alpkey.cli.output import short_status
from alpkey.core.errors import InvalidFile
from alpkey.core.paths import Paths, find_paths


@pytest.fixture
def at(tmp_path: Path) -> Paths:
    at = find_paths({"ALPKEY_HOME": str(tmp_path)}, "linux", "/nowhere", os.getuid())
    at.config.mkdir(mode=0o700)
    at.machine.mkdir(mode=0o700)
    return at


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def test_an_unknown_setting_is_passed_over_and_named(at: Paths) -> None:
    write(at.settings, b'lead_time = "3h"\ntray_sound = "bell"\n[new]\na = 1\n')
    chosen = glance.chosen(at)
    assert chosen.unknown == ("tray_sound", "new")
    assert chosen.origins["lead_time"] == "person"


def test_a_policy_stays_strict(at: Paths) -> None:
    write(at.policies[0], b'tray_sound = "bell"\n')
    with pytest.raises(InvalidFile) as failed:
        glance.chosen(at)
    assert "tray_sound" in str(failed.value.params["reason"])


def test_a_byte_order_mark_is_read(at: Paths) -> None:
    write(at.settings, b'\xef\xbb\xbfusername = "alice"\n')
    assert glance.chosen(at).settings.username == "alice"


def test_nesting_that_is_too_deep_is_a_fault_of_the_file(at: Paths) -> None:
    write(at.settings, b"a = " + b"[" * 5000)
    with pytest.raises(InvalidFile):
        glance.chosen(at)


@pytest.mark.parametrize("content", [b"lead_time = \n", b"\xff", b'icon = "none"\n'])
def test_a_prompt_gets_a_bare_word(
    at: Paths, content: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPKEY_HOME", str(at.config.parent))
    write(at.settings, content)
    assert short_status.main() == 9
    assert capsys.readouterr() == ("broken\n", "")
