"""Questions about paths never raise, and no other module asks them in the raising way."""

import ast
import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import alpkey
from alpkey import path_checks
from alpkey.adapters.process.programs import called
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile

SOURCES = Path(alpkey.__file__).parent
TOO_LONG = Path("/", "n" * 300)
WITH_NULL = Path("/tmp/a\0b")

# Methods of pathlib that raise for a folder closed to this user, a long name or a circle of links.
RAISING = {
    "is_file",
    "is_dir",
    "exists",
    "is_symlink",
    "is_socket",
    "is_fifo",
    "is_mount",
    "glob",
    "rglob",
    "iterdir",
    "resolve",
    "expanduser",
    "samefile",
}
# Where they raise into words, inside ``as_unfit`` or its like.
ALLOWED = {
    ("adapters/ssh/user_config.py", "glob"),  # glob.glob, in a try of its own
    ("adapters/tunnels/records.py", "iterdir"),
    ("adapters/state/atomic_write.py", "resolve"),
    ("adapters/keys/key_files.py", "iterdir"),
}


def _raising_calls() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCES.rglob("*.py")):
        name = str(path.relative_to(SOURCES))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                is_ours = isinstance(owner, ast.Name) and owner.id in ("path_checks", "re", "found")
                if node.func.attr in RAISING and not is_ours and name != "path_checks.py":
                    yield name, node.func.attr


def test_only_path_checks_asks_what_pathlib_answers_by_raising() -> None:
    assert set(_raising_calls()) == ALLOWED


def test_only_one_module_reads_json_and_one_looks_for_programs() -> None:
    """Their raw forms raise more than their callers know of."""
    raw = {
        (str(path.relative_to(SOURCES)), form)
        for path in SOURCES.rglob("*.py")
        for form in ("json.loads(", "shutil.which(", "pwd.getpwuid(")
        if form in path.read_text()
    }
    assert raw == {
        ("core/json_text.py", "json.loads("),
        ("cli/demo.py", "json.loads("),  # what our own programs have written
        ("desktop/windows/demo.py", "json.loads("),
        ("path_checks.py", "shutil.which("),
        ("core/base_dirs.py", "pwd.getpwuid("),
        ("trusted_files.py", "pwd.getpwuid("),
    }


QUESTIONS: tuple[Callable[[Path], object], ...] = (
    path_checks.exists,
    path_checks.is_file,
    path_checks.is_dir,
    path_checks.is_socket,
    path_checks.is_link,
    path_checks.entries,
    path_checks.stat_or_none,
    path_checks.lstat_or_none,
    path_checks.can_be_written,
    path_checks.closed_part,
)


@pytest.mark.parametrize("path", [TOO_LONG, WITH_NULL])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_path_that_cannot_be_is_absent(question: Callable[[Path], object], path: Path) -> None:
    assert not question(path)
    assert path_checks.resolved(path)
    assert path_checks.nearest_existing(path).is_dir()


@pytest.mark.parametrize("question", QUESTIONS[:8])
def test_a_closed_folder_is_no_exception(
    question: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root no folder is closed, so the system's answer is given here."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as closed:
        for name in ("stat", "lstat", "listdir"):
            closed.setattr(os, name, refused)
        found = question(tmp_path)
        with pytest.raises(PermissionError):
            path_checks.stat_if_present(tmp_path)
    assert not found


def test_what_is_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.toml").touch()
    (tmp_path / ".hidden.toml").touch()
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert path_checks.is_socket(tmp_path / "s")
    assert path_checks.is_file(tmp_path / "b.toml")
    assert path_checks.is_dir(tmp_path / "a")
    assert path_checks.is_link(tmp_path / "link")
    assert not path_checks.exists(tmp_path / "link")
    assert path_checks.with_suffix(tmp_path, ".toml") == [tmp_path / "b.toml"]
    assert path_checks.stat_if_present(tmp_path / "none") is None
    assert path_checks.expanded("~no-such-user-here/x") == "~no-such-user-here/x"


def test_a_pipe_and_a_device_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="plain file"):
            path_checks.open_regular(path)


def test_a_closed_folder_in_path_does_not_stop_the_doctor(tmp_path: Path) -> None:
    program = tmp_path / "alpkey"
    program.touch(mode=0o755)
    folders = f"{TOO_LONG}:{tmp_path}"
    assert called("alpkey", {"PATH": folders}) == (program,)


def test_a_link_to_a_device_never_becomes_a_file(tmp_path: Path) -> None:
    """On a real device this would replace it, for root."""
    os.mkfifo(tmp_path / "device")
    link = tmp_path / "known_hosts"
    link.symlink_to("device")
    with pytest.raises(InvalidFile) as failed:
        atomic_write.replace(link, b"x", 0o600)
    assert "no plain file" in str(failed.value.params["reason"])
    assert link.is_symlink()
    assert (tmp_path / "device").is_fifo()


def test_a_closed_file_names_what_is_closed_and_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "state"
    closed.mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: path != closed)
    error = atomic_write.unfit(closed / "x", PermissionError(errno.EACCES, "Permission denied"))
    assert error.code == "path-closed"
    assert error.params["path"] == str(closed)
    assert error.params["command"] == f"chmod u+rwX {closed}"
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    error = atomic_write.unfit(closed / "x", PermissionError(errno.EACCES, "Permission denied"))
    assert "sudo chown -R" in str(error.params["command"])
