"""Completion as shells ask for it, and the build's name."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.centre import Home


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_for_alpkey(home: Home, shell: str) -> None:
    done = home.run("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_ALPKEY_COMPLETE={shell}_complete" in done.stdout


def test_bash_completes_commands_and_options(home: Home, tmp_path: Path) -> None:
    """Bash runs the command by its name, with nothing but variables: that must not be the tray."""
    bash = shutil.which("bash") or pytest.skip("no bash")
    command = tmp_path / "bin/alpkey"
    command.parent.mkdir()
    words = " ".join(f"'{word}'" for word in home.command())
    command.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    command.chmod(0o755)
    home.environ["PATH"] = f"{command.parent}:{os.environ['PATH']}"
    asking = """
        eval "$(alpkey completion bash)"
        COMP_WORDS=(alpkey sta); COMP_CWORD=1; _alpkey_completion alpkey; echo "${COMPREPLY[@]}"
        COMPREPLY=(); COMP_WORDS=(alpkey status --sh); COMP_CWORD=2; _alpkey_completion alpkey
        echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        [bash, "-c", asking], env=home.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["status", "--short"]


def test_the_version_names_the_build(home: Home) -> None:
    done = home.run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"alpkey \d+\.\d+\.\d+ \(checkout\)\n", done.stdout)
