"""What holds for every test: a home of its own, loopback only, and no noise unasked for."""

import gc
import logging
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# ssh ends the one that jumps for it by SIGHUP, which whoever is started by nohup(1) would ignore.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Speed is measured by the bench; a busy machine fails no test.
settings.register_profile("alpkey", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("alpkey")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Where sockets fit: their paths may be 107 letters long at most (unix(7))."""
    with tempfile.TemporaryDirectory(prefix="run-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that runs in a test finds the home of whoever runs it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ALPKEY_HOME", str(tmp_path / "alpkey"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    for name in (
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "SSH_AUTH_SOCK",
    ):
        monkeypatch.delenv(name, raising=False)


def pytest_collection_finish() -> None:
    """From here on garbage is collected where tests end, and in no other thread.

    The thread of a sandbox that happened to collect a Qt object crashed, for that belongs to the
    thread that made it.
    """
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.fixture(autouse=True)
def collected_here(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "qapp" in request.fixturenames:
        gc.collect()


@pytest.fixture(autouse=True, scope="module")
def collected_by_and_by() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection or a datagram to anywhere else is a fault of the test."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    """A socket's method; its address comes last."""

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        return call(self, *arguments)

    return guarded


@pytest.fixture(autouse=True)
def quiet_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in a log that the test did not take out of ``caplog`` fails it."""
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call"), *caplog.records]
    loud = [one.getMessage() for one in records if one.levelno >= logging.WARNING]
    assert not loud, loud


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for another process or for a moment."""
    return (os.cpu_count() or 1) + 1


def _no_skip(report: Report) -> Report:
    """With ALPKEY_TEST_REQUIRE=all a skip is a failure; what is expected to fail is no skip."""
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("ALPKEY_TEST_REQUIRE") == "all"
    ):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip((yield))
