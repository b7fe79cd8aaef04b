"""``connect --here`` and ``--print`` the fast way: what they run is what the slow way would run."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.actions.ssh.connect import ConnectRequest, connect
from alpkey.adapters.state import connect_record_file
from alpkey.core.errors import AlpkeyError
from alpkey.core.state.snapshot import closed_doors
from alpkey.wiring.base import Wiring
from alpkey.wiring.connect_record import remember
from alpkey.wiring.fast_connect import ready_command
from alpkey.wiring.ssh import connect_world
from tests.agents import end_agent, openssh_agent
from tests.centre import Home
from tests.contracts.fakes import FakeCancellation
from tests.e2e.test_own_agent import loads, protect

Change = Callable[[Home], object]


@contextmanager
def inside(home: Home) -> Iterator[pytest.MonkeyPatch]:
    """This process in that home."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SSH_AUTH_SOCK", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"):
            patch.delenv(name, raising=False)
        for name, value in home.environ.items():
            patch.setenv(name, value)
        yield patch


def fast(name: str = "daint", now_s: float | None = None) -> list[str] | None:
    return ready_command(name, False, ["true"], time.time() if now_s is None else now_s)


def slow(name: str = "daint") -> list[str] | None:
    """What the slow way runs; None where it fails, and so has something to say."""
    request = ConnectRequest(name, "here", remote_command=("true",))
    try:
        action = connect(request, connect_world(Wiring.for_user(), FakeCancellation()))
        while True:
            next(action)
    except StopIteration as end:
        command: list[str] | None = end.value["command"]
        return command
    except AlpkeyError:
        return None


@pytest.fixture
def ready(home: Home) -> Iterator[Home]:
    """A home with a good key, of which a connection was made."""
    assert home.renew()[0] == 0
    with inside(home):
        assert slow()
        assert fast()
        yield home


def test_every_name_of_a_host_goes_the_fast_way(ready: Home) -> None:
    for name in ("ela", "daint", "daint.cscs.ch", "santis"):
        assert fast(name) == slow(name) is not None
    for name in ("", "dent", "daint ela", "-V", "mine"):
        assert fast(name) is None


def changes_setting(home: Home) -> None:
    (home.path / "config/config.toml").write_text("only_ipv4 = true\n")


def breaks_settings(home: Home) -> None:
    (home.path / "config/config.toml").write_text("only_ipv4 = \n")


def locks_setting(home: Home) -> None:
    (home.path / "machine").mkdir(mode=0o755)
    (home.path / "machine/policy.toml").write_text("only_ipv4 = true\n")


def lets_others_write(home: Home) -> None:
    (home.path / "config").chmod(0o777)


def changes_site(home: Home) -> None:
    path = home.path / "config/site.toml"
    path.write_text(path.read_text().replace("daint", "dent"))


def tears_certificate(home: Home) -> None:
    home.certificate.write_bytes(home.certificate.read_bytes()[:200])


def restores_other_key(home: Home) -> None:
    """One of the same size and time: the inode and the time of change are others."""
    before = home.key.stat()
    subprocess.run(["cp", "-p", home.key, home.key.with_name("copy")], check=True)
    home.key.with_name("copy").replace(home.key)
    os.utime(home.key, ns=(before.st_atime_ns, before.st_mtime_ns))


def protects(home: Home) -> None:
    protect(home)


def edits_own_file(home: Home) -> None:
    with (home.path / "ssh/alpkey/config").open("a") as file:
        file.write("# mine\n")


CHANGES: dict[str, tuple[Change, bool]] = {
    "nothing": (lambda home: home, True),
    "another look": (lambda home: home.json("status"), True),
    "setting": (changes_setting, False),
    "broken settings": (breaks_settings, False),
    "policy": (locks_setting, False),
    "others may write the settings": (lets_others_write, False),
    "site": (changes_site, False),
    "torn certificate": (tears_certificate, False),
    "no certificate": (lambda home: home.certificate.unlink(), False),
    "no key": (lambda home: home.key.unlink(), False),
    "key replaced": (restores_other_key, False),
    "key with a passphrase, no agent": (protects, False),
    "own file edited": (edits_own_file, False),
    "own file gone": (lambda home: (home.path / "ssh/alpkey/connect").unlink(), False),
    "own folder gone": (lambda home: shutil.rmtree(home.path / "ssh/alpkey"), False),
    "a new key": (lambda home: home.renew(), False),
    "on demand": (lambda home: home.json("config", "apply", "--on-demand"), False),
    "interrupted installation": (lambda home: (home.path / "state/intent").touch(), False),
    "record truncated": (
        lambda home: os.truncate(home.path / "state/connect", 300),
        False,
    ),
    "no record": (lambda home: (home.path / "state/connect").unlink(), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_both_ways_agree_after(ready: Home, name: str) -> None:
    change, is_fast = CHANGES[name]
    change(ready)
    quick = fast()
    assert (quick is not None) == is_fast
    command = slow()
    assert quick in (None, command)
    assert fast() in (None, slow())


@pytest.mark.parametrize("off_s", [-1, 0, 1])
def test_both_ways_know_when_a_key_ends(ready: Home, off_s: int) -> None:
    record = connect_record_file.read(str(ready.path / "state/connect"))
    assert record
    for end_s in (record.valid_after, record.valid_before):
        now_s = end_s + off_s
        snapshot = Wiring.for_user().snapshot()
        is_open = closed_doors(snapshot, datetime.fromtimestamp(now_s, UTC)) is None
        assert (fast(now_s=now_s) is not None) == is_open


def test_an_expired_key_is_only_printed(ready: Home) -> None:
    assert fast(now_s=2**40) is None
    alone = ["-o", "RemoteCommand=none"]
    assert ready_command("daint", True, ["true"], 2**40) == [*slow_words(), "daint", "true"]
    assert ready_command("daint", True, [], 2**40) == [
        *(word for word in slow_words() if word not in alone),
        "daint",
    ]


def slow_words() -> list[str]:
    command = slow()
    assert command
    return command[: command.index("daint")]


def test_a_key_with_a_passphrase_takes_the_fast_way_while_the_agent_holds_it(
    home: Home, tmp_path: Path
) -> None:
    assert home.renew()[0] == 0
    with openssh_agent(tmp_path) as agent:
        home.environ["SSH_AUTH_SOCK"] = agent
        protect(home)
        loads(home)
        with inside(home) as patch:
            assert slow() == fast() is not None
            subprocess.run(["ssh-add", "-qD"], env={**os.environ}, check=True, capture_output=True)
            assert fast() is None
            loads(home)
            assert slow() == fast() is not None
            patch.delenv("SSH_AUTH_SOCK")
            assert fast() is None


def test_an_agent_that_does_not_answer_is_for_the_slow_way(ready: Home, tmp_path: Path) -> None:
    with inside(ready) as patch, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        patch.setenv("SSH_AUTH_SOCK", str(tmp_path / "silent"))
        assert fast(), "nothing listens, so ssh goes on without it"
        silent.listen()
        assert fast() is None


def test_an_own_agent_that_died_is_for_the_slow_way(home: Home) -> None:
    assert home.renew()[0] == 0
    protect(home)
    loads(home)
    with inside(home):
        assert slow() == fast() is not None
        end_agent(home.own_agent)
        assert fast() is None


def test_another_ssh_on_path_is_for_the_slow_way(ready: Home, tmp_path: Path) -> None:
    with inside(ready) as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert fast()
        (tmp_path / "ssh").write_text("#!/bin/sh\n")
        (tmp_path / "ssh").chmod(0o755)
        assert fast() is None


def test_a_change_while_it_is_recorded_is_not_missed(
    ready: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ready.path / "state/connect").unlink()
    wiring = Wiring.for_user()
    looked = type(wiring).snapshot

    def look(self: Wiring) -> object:
        found = looked(self)
        with (ready.path / "config/config.toml").open("a") as file:
            file.write("# typed at this moment\n")
        return found

    monkeypatch.setattr(Wiring, "snapshot", look)
    remember(wiring)
    assert not (ready.path / "state/connect").exists()


def test_the_commands_take_it(home: Home) -> None:
    """The second time a module that the slow way needs is no more imported."""
    assert home.renew()[0] == 0
    shown = []
    for _ in range(2):
        done = home.run(
            "connect", "daint", "--here", "--", "echo", "a  b", PYTHONPROFILEIMPORTTIME="1"
        )
        assert (done.stdout, done.returncode) == ("a b\n", 0), done.stderr
        shown.append("alpkey.glance" in done.stderr)
    assert shown == [True, False]
    printed = [
        home.run("connect", "ela", "--print", *more).stdout for more in ((), ("--forward-agent",))
    ]
    assert printed[0].replace(" ela", " -A ela") == printed[1]
