"""The session bus is restarted under a running program: Qt itself never connects again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection
from alpkey.desktop.tray.bus_watcher import BusWatcher

app = QCoreApplication([])
watcher = BusWatcher()
watcher.came_back.connect(app.quit)
QTimer.singleShot(0, lambda: print("ready", QDBusConnection.sessionBus().isConnected(), flush=True))
app.exec()
print("came back", flush=True)
"""


@contextmanager
def bus(path: Path) -> Iterator[str]:
    """A session bus that listens there, by its address with its GUID."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with subprocess.Popen(
        [*command, f"--address=unix:path={path}"], stdout=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdout
        try:
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()


def test_it_is_told_when_the_bus_is_back(tmp_path: Path) -> None:
    path = Path(os.path.relpath(tmp_path)) / "bus" if len(str(tmp_path)) > 90 else tmp_path / "bus"
    with bus(path) as address:
        assert "guid=" in address
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert program.stdout
        assert program.stdout.readline() == "ready True\n"
    path.unlink(missing_ok=True)
    with program, bus(path):
        assert program.stdout.readline() == "came back\n"
        assert program.wait(20) == 0
