"""What whoever runs a person's command keeps to."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from alpkey.adapters.process.hook import LINE_LIMIT, CommandHook
from alpkey.core.errors import InvalidFile
from tests.e2e.waiting import until

FACTS = {"ALPKEY_SERIAL": "17"}
Write = Callable[[str], Path]


def never() -> bool:
    return False


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a shell script that only its owner can change."""

    def script(text: str) -> Path:
        path = tmp_path / "hook"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return path

    return script


@pytest.fixture
def hook(tmp_path: Path) -> CommandHook:
    environ = {**os.environ, "HOME": str(tmp_path), "LD_LIBRARY_PATH": "/ours", "A_SECRET": "x"}
    return CommandHook(environ, timeout_s=10.0)


def fails(hook: CommandHook, path: Path, *more: str) -> InvalidFile:
    with pytest.raises(InvalidFile) as failed:
        hook.run([str(path), *more], FACTS, never)
    assert failed.value.params["path"] == str(path)
    return failed.value


def test_it_is_run_with_its_arguments_and_few_variables(
    hook: CommandHook, write: Write, tmp_path: Path
) -> None:
    path = write('env > env; printf "%s\\n" "$@" > arguments; pwd > folder; cat > input')
    hook.run([str(path), "one two", "$HOME"], FACTS, never)
    assert (tmp_path / "arguments").read_text() == "one two\n$HOME\n"
    assert (tmp_path / "folder").read_text() == f"{tmp_path}\n"
    assert (tmp_path / "input").read_text() == ""
    names = {row.partition("=")[0] for row in (tmp_path / "env").read_text().splitlines()}
    assert {"ALPKEY_SERIAL", "HOME", "PATH"} <= names
    assert names.isdisjoint({"LD_LIBRARY_PATH", "A_SECRET", "ALPKEY_HOME", "PYTHONPATH"})


def test_it_has_a_session_of_its_own_and_none_of_our_files(
    hook: CommandHook, write: Write, tmp_path: Path
) -> None:
    with (tmp_path / "ours").open("w"):
        hook.run(
            [str(write("ls -l /proc/self/fd > handles; ps -o sid= -p $$ > session"))], {}, never
        )
    assert "ours" not in (tmp_path / "handles").read_text()
    assert int((tmp_path / "session").read_text()) != os.getsid(0)


def test_a_failure_is_told_with_its_last_line(hook: CommandHook, write: Write) -> None:
    failed = fails(hook, write("echo first; echo 'no \033[31mnetwork' >&2; echo; exit 3"))
    assert failed.code == "hook-failed"
    assert failed.params["reason"] == "It ended with 3. no ?[31mnetwork"


def test_of_a_flood_only_the_end_is_kept(hook: CommandHook, write: Write) -> None:
    failed = fails(hook, write("yes | head -c 3000000; printf '%0999d' 7; exit 1"))
    reason = str(failed.params["reason"])
    assert len(reason) <= LINE_LIMIT + 30
    assert "0000" in reason


@pytest.mark.parametrize("text", ["sleep 60", "trap '' TERM; sleep 60 & sleep 60; sleep 60", "yes"])
def test_one_that_takes_too_long_is_ended_with_all_it_started(
    write: Write, tmp_path: Path, text: str
) -> None:
    path = write(f"echo $$ > {tmp_path}/pid; {text}")
    start = time.monotonic()
    failed = fails(CommandHook(os.environ, timeout_s=0.5), path)
    assert "took over 0.5 s" in str(failed.params["reason"])
    assert time.monotonic() - start < 8
    session = (tmp_path / "pid").read_text().strip()
    until(lambda: not members(session), "the end of all it started")


def members(session: str) -> list[str]:
    """The processes of a session that are alive."""
    alive = []
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = process.read_text().rpartition(") ")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if its_session == session and state != "Z":
            alive.append(process.parent.name)
    return alive


def test_one_that_leaves_somebody_behind_is_not_waited_for(
    hook: CommandHook, write: Write, tmp_path: Path
) -> None:
    start = time.monotonic()
    hook.run([str(write(f"sleep 30 & echo $! > {tmp_path}/left"))], FACTS, never)
    assert time.monotonic() - start < 10
    os.kill(int((tmp_path / "left").read_text()), 9)


def test_a_cancel_ends_it(hook: CommandHook, write: Write) -> None:
    with pytest.raises(InvalidFile) as failed:
        hook.run([str(write("sleep 60"))], FACTS, lambda: True)
    assert "not waited for" in str(failed.value.params["reason"])


@pytest.mark.parametrize("mode", [0o722, 0o702])
def test_one_that_others_may_write_is_not_run(
    hook: CommandHook, write: Write, tmp_path: Path, mode: int
) -> None:
    path = write(f"touch {tmp_path}/ran")
    path.chmod(mode)
    assert fails(hook, path).code == "hook-unfit"
    assert not (tmp_path / "ran").exists()


def test_nor_one_in_a_folder_where_others_may_put_another(
    hook: CommandHook, write: Write, tmp_path: Path
) -> None:
    path = write(f"touch {tmp_path}/ran")
    link = tmp_path / "open/link"
    link.parent.mkdir()
    link.symlink_to(path)
    hook.run([str(link)], FACTS, never)
    (tmp_path / "ran").unlink()
    link.parent.chmod(0o777)
    failed = fails(hook, link)
    assert f"folder {link.parent}. " in str(failed.params["reason"])
    link.parent.chmod(0o1777)  # sticky: what is there stays
    hook.run([str(link)], FACTS, never)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_nor_one_of_somebody_elses(hook: CommandHook, write: Write) -> None:
    path = write("true")
    os.chown(path, 12345, -1)
    assert fails(hook, path).code == "hook-unfit"


@pytest.mark.parametrize("name", ["nothing-here", "", "plain"])
def test_nor_what_is_no_program(hook: CommandHook, tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").write_text("text")
    assert fails(hook, tmp_path / name).code == "hook-unfit"
    assert fails(hook, Path("bin/true")).params["reason"] == "It is no absolute path."


def test_one_that_the_kernel_refuses_is_told(hook: CommandHook, tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o700)
    assert fails(hook, path).code == "hook-failed"


def test_no_handle_is_left_open(hook: CommandHook, write: Write, tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208  names only
    hook.run([str(write("true"))], FACTS, never)
    fails(hook, tmp_path / "nothing-here")
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
