"""The doctor's probes: late ones, strange networks, where a value of ssh's comes from."""

import errno
import fcntl
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from alpkey.adapters.process.background_call import side_by_side
from alpkey.adapters.ssh.probe import OpenSshProbe
from alpkey.adapters.state.probe import FileSystemProbe
from alpkey.adapters.system.network import reach
from alpkey.core.doctor.diagnosis import CHECKS
from alpkey.core.doctor.fixes import SetFileMode
from tests.e2e.waiting import until


def test_a_late_probe_returns_none_and_delays_nothing() -> None:
    never = threading.Event()
    started = time.monotonic()
    found = side_by_side({"late": never.wait, "first": lambda: 1, "second": lambda: 2}, 0.2)
    never.set()
    assert found == {"late": None, "first": 1, "second": 2}
    assert time.monotonic() - started < 5


def test_probes_run_at_once() -> None:
    both = threading.Barrier(2)
    assert set(side_by_side({"one": both.wait, "other": both.wait}, 10).values()) == {0, 1}


def test_what_a_probe_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side({"bug": lambda: 1 / 0, "fine": lambda: 1}, 10)


@pytest.mark.parametrize(
    ("says", "answer"),
    [
        (b"SSH-2.0-x\r\n", "open"),
        (b"HTTP/1.1 200\r\n", "not-ssh"),
        (b"", "hung-up"),
        (b"Exceeded MaxStartups\r\n", "hung-up"),
        (b"Not allowed at this time\r\n", "hung-up"),
    ],
)
def test_who_answers(says: bytes, answer: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as peer:
                peer.sendall(says)

        thread = threading.Thread(target=serve)
        thread.start()
        assert reach("127.0.0.1", server.getsockname()[1]).answer == answer
        thread.join()


def test_who_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert reach("127.0.0.1", port).answer == "refused"
    assert reach("ela.invalid", port).answer == "name-unknown"


def probe_of(folder: Path) -> FileSystemProbe:
    paths = {name: folder / name for name in ("key", "certificate", "config")}
    paths["folder"] = folder
    return FileSystemProbe(paths, folder, folder / "state", folder / "intent")


@pytest.mark.parametrize(("number", "locks"), [(errno.ENOLCK, False), (errno.EINTR, True)])
def test_a_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, locks: bool
) -> None:
    """As some network drives answer; none can be mounted in a test."""

    def refuse(*_: object) -> None:
        raise OSError(number, "no")

    assert probe_of(tmp_path).observe().locks
    monkeypatch.setattr(fcntl, "flock", refuse)
    assert probe_of(tmp_path).observe().locks is locks


def test_a_home_where_nothing_is_yet(tmp_path: Path) -> None:
    observed = probe_of(tmp_path / "no/such/home").observe()
    assert not observed.paths
    assert not observed.interrupted
    assert observed.free_bytes > 0


def test_a_fixed_configuration_keeps_the_rest_of_its_mode(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.touch()
    config.chmod(0o466)
    (check,) = (check for check in CHECKS if check.id == "config-open")
    assert isinstance(check.fix, SetFileMode)
    probe_of(tmp_path).change_mode(check.fix.file, check.fix.new_mode)
    assert config.stat().st_mode & 0o777 == 0o444


def test_the_line_that_a_value_comes_from(tmp_path: Path) -> None:
    """Through an Include, past a block that does not apply, and with the first value winning."""
    included = tmp_path / "more"
    included.write_text("Host d*\n\tUser=first\n\tPort 22\n")
    config = tmp_path / "config"
    config.write_text(
        f"compression yes\nInclude {included}\nHost santis\n  Port 1\nHost daint\n"
        '  User "second"\n  Port 22\n  HostName "there"\n'
    )
    lines = OpenSshProbe(config, os.environ).own("daint").lines
    assert lines["user"] == f"{included} line 2"
    assert lines["port"] == f"{included} line 3"
    assert lines["hostname"] == f"{config} line 8"
    assert lines["compression"] == f"{config} line 1"


def test_a_detour_to_the_jump_host_is_seen(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host ela\n  ProxyJump elsewhere\n")
    probe = OpenSshProbe(None, os.environ)
    assert probe.straight("ela", config) is None
    assert probe.straight("daint", config) == "any"
    config.write_text("Host ela\n  AddressFamily inet\n")
    assert probe.straight("ela", config) == "inet"


def test_a_login_that_never_ends_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy command is a child of ssh that holds its standard error."""
    monkeypatch.setattr("alpkey.adapters.ssh.probe.LOGIN_TIMEOUT_S", 0.5)
    config = tmp_path / "config"
    name = f"sleep 98{os.getpid()}"
    config.write_text(f"Host *\n  ProxyCommand {name}\n")
    assert OpenSshProbe(None, os.environ).login("daint", config).code is None

    def gone() -> bool:
        done = subprocess.run(["pgrep", "-f", f"^{name}"], check=False, capture_output=True)
        return done.returncode == 1

    until(gone, "the end of ssh's child")
