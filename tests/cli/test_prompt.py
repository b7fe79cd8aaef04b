"""The prompt functions, in real shells, against what the core says of the same file."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from alpkey.cli import prompt
from alpkey.core.look_line import FOR_EVER, parse, short

KEY = "/home/a b/it's $(x) `y`/cscs-key"
# What no prompt may ever run: a subscript in arithmetic.
TRAP = "a[$(touch${IFS}pwned)]"


def lines(now_s: int) -> Mapping[str, bytes | None]:
    """States of the file; None where it is absent."""
    after, before = now_s - 60, now_s + 49_360
    rest = f"7200 1796074106389177938 626 {KEY}\n"
    texts = {
        "valid": f"1 {after} {before} 5:{now_s + 5000},{now_s + 9000} {rest}",
        "expiring": f"1 {after} {now_s + 3630} 5:{now_s + 5000} {rest}",
        "expired": f"1 {now_s - 9000} {now_s - 60} 5:{now_s - 4},{now_s + 400} {rest}",
        "unknown quota": f"1 {after} {before} 5:? {rest}",
        "none used": f"1 {after} {before} 5: {rest}",
        "over the limit": f"1 {after} {before} 2:{before},{before},{before},{before} {rest}",
        "no key": f"1 0 0 5:? 7200 0 0 {KEY}\n",
        "broken": f"1 0 0 5:? {rest}",
        "not yet valid": f"1 {now_s + 500} {before} 5:? {rest}",
        "forever": f"1 0 {FOR_EVER} 5:? {rest}",
        "cut in the slots": f"1 {after} {before} 5:{now_s + 50}",
        "cut in a time": "1 17",
        "another version": f"2 {after} {before} 5:? {rest}",
        "empty": "",
        "no numbers": f"1 a b 5:? {rest}",
        "a trap in the slots": f"1 {after} {before} 5:{TRAP} {rest}",
        "a trap in a time": f"1 {after} {TRAP} 5:? {rest}",
        "a trap in the limit": f"1 {after} {before} {TRAP}:? {rest}",
        "a glob": f"1 {after} {before} *:* {rest}",
        "no newline": f"1 {after} {before} 5:? {rest}".rstrip("\n"),
        "no slots": f"1 {after} {before} 5 {rest}",
        "two states of the quota": f"1 {after} {before} 5:?? {rest}",
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "a path of other bytes": f"1 {after} {before} 5:? 7200 1 626 /home/".encode() + b"\xff/k\n",
        "garbage": b"\x00\xff\n",
        "absent": None,
    }


STATES = tuple(lines(0))


@pytest.fixture(params=prompt.SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    moved = tmp_path / "it's a $home"
    (moved / "state").mkdir(parents=True)
    monkeypatch.setenv("ALPKEY_HOME", str(moved))
    return moved


def run(shell: str, script: str, folder: Path, **environ: str) -> str:
    """What the shell prints; fails where it writes to stderr or creates a file."""
    done = subprocess.run(
        [shell, "-c", f"{prompt.function(shell)}\n{script}"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("state", STATES)
def test_it_says_what_the_core_says(shell: str, state: str, home: Path, tmp_path: Path) -> None:
    now_s = int(time.time())
    content = lines(now_s)[state]
    if content is not None:
        (home / "state/look").write_bytes(content)
    printed = run(shell, "alpkey_prompt", tmp_path, NO_COLOR="1")
    first = content.splitlines(keepends=True)[0] if content else b""
    line = parse(first)
    # The shell may read its clock a second later.
    wanted = {short(line, now_s + late)[0] if line else "" for late in (0, 1, 2)}
    assert printed in wanted
    assert not list(tmp_path.glob("**/pwned"))


def test_a_folder_in_its_place_is_survived(shell: str, home: Path, tmp_path: Path) -> None:
    (home / "state/look").mkdir()
    assert run(shell, "alpkey_prompt", tmp_path) == ""


@pytest.mark.parametrize(
    ("state", "colour"), [("valid", "green"), ("expiring", "yellow"), ("expired", "red")]
)
def test_the_colour_repeats_the_state(
    shell: str, state: str, colour: str, home: Path, tmp_path: Path
) -> None:
    content = lines(int(time.time()))[state]
    assert content
    (home / "state/look").write_bytes(content)
    escape = {"green": "\x1b[32m", "yellow": "\x1b[33m", "red": "\x1b[31m"}[colour]
    marks = {"bash": f"\x01{escape}\x02", "zsh": f"%F{{{colour}}}", "fish": escape}
    printed = run(shell, "alpkey_prompt", tmp_path, TERM="xterm-256color")
    assert printed.startswith(marks[shell])
    assert re.search(r"(\d+h\d\dm|expired) \d/5", printed)


def test_the_status_of_the_last_command_is_kept(shell: str, home: Path, tmp_path: Path) -> None:
    (home / "state/look").write_bytes(lines(int(time.time()))["valid"] or b"")
    status = "$status" if shell == "fish" else "$?"
    script = f"{shell} -c 'exit 7'\nalpkey_prompt_update\necho {status}"
    assert run(shell, script, tmp_path) == "7\n"


def test_no_process_is_started(shell: str, home: Path, tmp_path: Path) -> None:
    """With an empty PATH nothing could be; the function needs nothing."""
    (home / "state/look").write_bytes(lines(int(time.time()))["valid"] or b"")
    program = shutil.which(shell)
    assert program
    done = subprocess.run(
        [program, "-c", f"{prompt.function(shell)}\nalpkey_prompt"],
        env={"PATH": str(tmp_path / "nothing"), "HOME": str(tmp_path), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"13h4\dm 3/5", done.stdout)
    assert done.stderr == ""
