"""What every installed Alpkey has to do, whatever it came in."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.e2e.waiting import until
from tests.installers.conftest import Installed
from tests.sockets import owner

START_TIMEOUT_S = 30
SOCKET_OF = {"": "tray", "main": "window", "renew": "window"}


def renews_and_connects(installed: Installed) -> None:
    """From no key to daint, against a centre outside."""
    assert installed.json("status")[0] == 6
    code, result = installed.renew()
    assert (code, result.get("state"), result.get("renewed")) == (0, "valid", True), result
    assert re.fullmatch(r"2[34]h\d\dm 4/5\n", installed.run("status", "--short").stdout)
    there = installed.run("connect", "daint", "--here", "--", "hostname")
    assert (there.returncode, there.stdout.strip()) == (0, "daint"), there.stderr


def starts_its_children_clean(installed: Installed, folder: Path) -> None:
    """ssh is another's program: it must not find the bundle's libraries."""
    noted = folder / "environment"
    spy = folder / "ssh"
    spy.write_text(f"#!/bin/sh\nenv >{noted}\n")
    spy.chmod(0o755)
    folder.chmod(0o777)
    path = f"{folder}:{installed.environ['PATH']}"
    done = installed.run("connect", "daint", "--here", PATH=path, LD_LIBRARY_PATH="/opt/own")
    assert done.returncode == 0, done.stderr
    there = dict(line.split("=", 1) for line in noted.read_text().splitlines())
    assert there["LD_LIBRARY_PATH"] == "/opt/own"
    names = {"LD_LIBRARY_PATH_ORIG", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH", "PYTHONPATH"}
    assert names & there.keys() == set()
    assert [name for name in there if name.startswith("_PYI")] == []


def has_no_sandbox(installed: Installed) -> None:
    done = installed.run("sandbox", "--dir", "/tmp/nowhere")
    assert done.returncode == 2
    assert "sandbox is not installed" in done.stderr


def opens(installed: Installed, *arguments: str) -> None:
    """Starts tray or window without a display and waits until it answers at its socket."""
    with Running(installed, *arguments):
        pass


# Below it lie a folder of Alpkey's and a socket in that (unix(7)).
LONGEST_RUNTIME = 60


class Running:
    """The tray or a window, from the time it listens until it is ended.

    It is offscreen, unless ``environ`` says otherwise.
    """

    def __init__(self, installed: Installed, *arguments: str, **environ: str) -> None:
        self._environ = environ
        self._installed = installed
        self._arguments = arguments
        self.runtime = installed.path / "run"
        if len(str(self.runtime)) > LONGEST_RUNTIME:  # no socket fits in it
            self.runtime = Path(tempfile.mkdtemp(prefix="alpkey-"))

    def __enter__(self) -> "Running":
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        owner = self._installed.path.stat()
        os.chown(self.runtime, owner.st_uid, owner.st_gid)
        environ = {
            **self._installed.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "DISPLAY": ":offscreen",  # without one there is no tray
            "XDG_RUNTIME_DIR": str(self.runtime),
            **self._environ,
        }
        self.process = subprocess.Popen(self._installed.command(*self._arguments), env=environ)
        name = SOCKET_OF[self._arguments[1] if self._arguments else ""]
        until(lambda: self._listens(name), "a socket that answers", START_TIMEOUT_S)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._arguments:
            # Where there is no panel the tray opens the main window, which outlives it.
            windows = until(
                lambda: list(self.runtime.glob("alpkey-*/window")),
                "the main window",
                START_TIMEOUT_S,
            )
            os.kill(owner(windows[0]), signal.SIGTERM)
        self.process.terminate()
        self.process.wait(START_TIMEOUT_S)

    def program(self) -> int:
        """The number of the file that the process runs, which an upgrade replaces."""
        return Path(f"/proc/{self.process.pid}/exe").stat().st_ino

    def _listens(self, name: str) -> bool:
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        return bool(list(self.runtime.glob(f"alpkey-*/{name}")))
