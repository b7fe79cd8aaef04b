"""The runtime folder on disk: ours alone or none, whatever others put in its place."""

import errno
import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.adapters.clock import now
from alpkey.adapters.ssh.own_config import OwnSshConfig
from alpkey.adapters.state.external_changes import ExternalChangesFile
from alpkey.adapters.state.lock import FileLock
from alpkey.core.errors import InvalidFile
from alpkey.core.paths import Paths, user_paths
from alpkey.core.runtime_folder import CONNECT, WINDOW, RuntimeRoots
from alpkey.runtime_folder import RuntimeFolder
from tests.core.sites import site

STRANGER = 65534

# Each says where it is, once all have started.
READY = """
import sys
from alpkey.core.paths import user_paths
from alpkey.runtime_folder import RuntimeFolder
folder = RuntimeFolder(user_paths().runtime)
print(flush=True)
sys.stdin.read()
print(folder.ready())
"""


@pytest.fixture
def temporary(short_folder: Path) -> Path:
    """What stands in for /tmp."""
    made = short_folder / "tmp"
    made.mkdir()
    made.chmod(0o1777)
    return made


@pytest.fixture
def roots(temporary: Path) -> RuntimeRoots:
    return replace(user_paths().runtime, temporary=(temporary,))


@pytest.fixture
def outside(roots: RuntimeRoots) -> RuntimeRoots:
    """Where no session names a folder."""
    return replace(roots, session=None)


def session_of(roots: RuntimeRoots) -> Path:
    assert roots.session is not None
    return roots.session


def assert_ours_alone(folder: Path) -> None:
    found = folder.lstat()
    assert (found.st_mode, found.st_uid) == (stat.S_IFDIR | 0o700, os.getuid())


def as_root() -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to another person")


def open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def of_a_stranger(path: Path) -> None:
    as_root()
    path.mkdir(mode=0o700)
    os.chown(path, STRANGER, STRANGER)


def a_link(path: Path) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir(mode=0o700, exist_ok=True)
    path.symlink_to(elsewhere)


def a_file(path: Path) -> None:
    path.write_text("")


ATTACKS = [open_to_all, of_a_stranger, a_link, a_file]
Attack = Callable[[Path], None]


def test_the_session_has_it_where_it_can(roots: RuntimeRoots) -> None:
    folder = RuntimeFolder(roots)
    assert folder.standing() is None
    assert folder.ready() == roots.session == folder.standing() == folder.ready()
    assert_ours_alone(session_of(roots))
    assert not roots.record.exists()


def test_looking_makes_nothing(outside: RuntimeRoots, temporary: Path) -> None:
    assert RuntimeFolder(outside).place(WINDOW) is None
    assert list(temporary.iterdir()) == []
    assert not outside.record.parent.exists()


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_others_made_in_the_session_is_never_used(
    roots: RuntimeRoots, temporary: Path, attack: Attack
) -> None:
    attack(session_of(roots))
    folder = RuntimeFolder(roots).ready()
    assert folder.parent == temporary
    assert_ours_alone(folder)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_session_that_is_not_ours_is_never_used(
    roots: RuntimeRoots, temporary: Path, attack: Attack
) -> None:
    session = temporary.with_name("session")
    attack(session)
    roots = replace(roots, session=session / "alpkey-1")
    assert RuntimeFolder(roots).ready().parent == temporary
    assert not (session / "alpkey-1").exists()


def test_a_session_that_is_gone_is_done_without(roots: RuntimeRoots, temporary: Path) -> None:
    roots = replace(roots, session=temporary / "gone" / "alpkey-1")
    assert RuntimeFolder(roots).ready().parent == temporary
    assert not (temporary / "gone").exists()


def test_the_remembered_one_is_found_again(outside: RuntimeRoots) -> None:
    folder = RuntimeFolder(outside).ready()
    assert RuntimeFolder(outside).ready() == RuntimeFolder(outside).standing() == folder
    assert stat.S_IMODE(outside.record.stat().st_mode) == 0o600
    assert stat.S_IMODE(outside.record.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_takes_the_place_of_the_remembered_one_is_refused(
    outside: RuntimeRoots, attack: Attack
) -> None:
    first = RuntimeFolder(outside).ready()
    first.rmdir()
    attack(first)
    assert RuntimeFolder(outside).standing() is None
    second = RuntimeFolder(outside).ready()
    assert second != first
    assert_ours_alone(second)
    assert RuntimeFolder(outside).standing() == second


def test_one_that_was_cleaned_away_is_made_anew(outside: RuntimeRoots) -> None:
    folder = RuntimeFolder(outside)
    first = folder.ready()
    first.rmdir()
    assert folder.standing() is None
    assert_ours_alone(folder.ready())


def test_another_computer_with_the_same_home_keeps_its_own(
    outside: RuntimeRoots, temporary: Path
) -> None:
    """Each finds on its disk only what it made itself."""
    here = RuntimeFolder(outside).ready()
    away = here.rename(temporary / "away")
    there = RuntimeFolder(outside).ready()
    shutil.move(there, temporary / "there")
    away.rename(here)
    assert RuntimeFolder(outside).ready() == here


def test_the_record_stays_short(outside: RuntimeRoots) -> None:
    folder = RuntimeFolder(outside)
    for _ in range(200):
        folder.ready().rmdir()
    last = folder.ready()
    assert outside.record.stat().st_size < 5000
    assert folder.standing() == last


@pytest.mark.parametrize("kind", ["link", "open", "foreign"])
def test_a_record_of_others_is_not_believed(
    outside: RuntimeRoots, temporary: Path, kind: str
) -> None:
    """Nor is the file written that a link in its place names."""
    trap = temporary / "alpkey-trap"
    trap.mkdir(mode=0o700)
    outside.record.parent.mkdir(parents=True)
    theirs = temporary / "theirs"
    theirs.write_text(f"{trap}\n")
    if kind == "link":
        outside.record.symlink_to(theirs)
    else:
        shutil.copy(theirs, outside.record)
    if kind == "open":
        outside.record.chmod(0o666)
    if kind == "foreign":
        as_root()
        os.chown(outside.record, STRANGER, STRANGER)
    assert RuntimeFolder(outside).standing() is None
    assert RuntimeFolder(outside).ready() != trap
    assert theirs.read_text() == f"{trap}\n"


def test_a_folder_in_which_others_can_replace_it_takes_none(
    outside: RuntimeRoots, temporary: Path
) -> None:
    temporary.chmod(0o777)
    with pytest.raises(InvalidFile) as raised:
        RuntimeFolder(outside).ready()
    assert (raised.value.code, raised.value.exit_code) == ("runtime-unfit", 9)
    assert str(temporary) in raised.value.params["reason"]  # type: ignore[operator]
    assert list(temporary.iterdir()) == []


def test_where_no_path_is_short_enough_it_says_so(outside: RuntimeRoots) -> None:
    with pytest.raises(InvalidFile) as raised:
        RuntimeFolder(replace(outside, temporary=())).ready()
    assert "too long" in raised.value.params["reason"]  # type: ignore[operator]


def test_what_cannot_be_remembered_is_not_left_behind(
    outside: RuntimeRoots, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(InvalidFile) as raised:
        RuntimeFolder(outside).ready()
    assert "No space" in raised.value.params["reason"]  # type: ignore[operator]
    assert list(temporary.iterdir()) == []


@pytest.fixture(params=["locks", "no locks"])
def starters(
    request: pytest.FixtureRequest, temporary: Path, tmp_path: Path
) -> Iterator[list["subprocess.Popen[str]"]]:
    lines = "import fcntl\ndef unknown(*_): raise OSError(37, 'no locks')\nfcntl.flock = unknown\n"
    program = (lines if request.param == "no locks" else "") + READY
    environ = {**os.environ, "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": ""}
    pipe = subprocess.PIPE
    command = [sys.executable, "-P", "-c", program]
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                subprocess.Popen(command, env=environ, text=True, stdin=pipe, stdout=pipe)
            )
            for _ in range(8)
        ]


def test_those_who_start_at_once_agree(
    starters: list["subprocess.Popen[str]"], temporary: Path
) -> None:
    for one in starters:
        assert one.stdout is not None
        assert one.stdout.readline() == "\n"
    for one in starters:
        assert one.stdin is not None
        one.stdin.close()
    told = set()
    for one in starters:
        assert one.stdout is not None
        told.add(one.stdout.read().strip())
        assert one.wait() == 0
    assert told == {str(folder) for folder in temporary.iterdir()}
    assert len(told) == 1


# What is kept there


@pytest.fixture
def odd_home(short_folder: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """One that no shell takes as it is, and no session."""
    monkeypatch.setenv("ALPKEY_HOME", str(short_folder / "my home"))
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("TMPDIR", str(temporary))
    return user_paths()


def connects_with(at: Paths) -> Path:
    path = OwnSshConfig(site(), at, ExternalChangesFile(at.external_changes), ["/bin/true"]).write(
        "alice"
    )
    assert path is not None
    return path


@pytest.mark.parametrize("attack", ATTACKS)
def test_ssh_is_never_given_what_others_may_replace(
    odd_home: Paths, temporary: Path, attack: Attack
) -> None:
    """Their file, with a command of theirs, would be run as us."""
    first = connects_with(odd_home)
    shutil.rmtree(first.parent)
    attack(first.parent)
    if first.parent.is_dir():
        (first.parent / CONNECT).symlink_to(temporary / "evil")
    again = connects_with(odd_home)
    assert again.parent != first.parent
    assert again.readlink() == odd_home.connect_config
    assert_ours_alone(again.parent)


def test_what_anyone_can_compute_is_not_used(
    odd_home: Paths, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as session:
        session.setenv("XDG_RUNTIME_DIR", str(temporary))
        name = session_of(user_paths().runtime).name
    for guess in (name, f"{name}-{os.getuid()}"):
        (temporary / guess).mkdir()
        (temporary / guess).chmod(0o777)
    link = connects_with(odd_home)
    assert link.parent not in (temporary / name, temporary / f"{name}-{os.getuid()}")


def test_a_lock_falls_back_to_nothing_of_others(
    outside: RuntimeRoots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also once the folder that it fell back to was cleaned away, and made by another person."""
    flock = fcntl.flock
    path = tmp_path / "lock"

    def unknown(handle: int, operation: int) -> None:
        if Path(f"/proc/self/fd/{handle}").resolve() == path:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", unknown)
    folder = RuntimeFolder(outside)
    lock = FileLock(path, lambda: folder.ready() / path.name, now)
    with lock.held(1):
        first = folder.ready()
        assert json.loads((first / "lock").read_bytes())["process"]
    shutil.rmtree(first)
    open_to_all(first)
    with lock.held(1):
        second = folder.ready()
        assert json.loads((second / "lock").read_bytes())["process"]
    assert list(first.iterdir()) == []
