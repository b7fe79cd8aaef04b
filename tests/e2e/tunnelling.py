"""Tunnels of a home: opened as a person, the tray or a script does it, and looked at."""

import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

from tests.centre import Home
from tests.e2e.waiting import until

NODE, SERVICE, DEAF = "nid006554", 6006, 7007
GREETING = b"Hello from nid006554\n"


def fetch(url: str) -> bytes | None:
    """What the service behind a tunnel says; None where nobody answers."""
    try:
        with urlopen(url, timeout=10) as page:
            return bytes(page.read())
    except OSError:
        return None


@dataclass
class Tunnels:
    """The tunnels of a home."""

    home: Home

    def listed(self) -> list[dict[str, Any]]:
        code, result = self.home.json("tunnel", "list")
        assert code == 0, result
        return list(result["tunnels"])

    def is_in(self, state: str, tunnel_id: str | None = None) -> dict[str, Any]:
        """The tunnel, once it is in this state."""

        def snapshot() -> dict[str, Any] | None:
            found = [one for one in self.rows() if tunnel_id in (None, one["id"])]
            return next((one for one in found if one["state"] == state), None)

        return until(snapshot, f"a tunnel that is {state}")

    def rows(self) -> list[dict[str, Any]]:
        """As the files tell it; quicker than a command."""
        rows = []
        for path in sorted((self.home.path / "state/tunnels").glob("*.json")):
            with suppress(OSError, ValueError):
                rows.append(json.loads(path.read_text()))
        return rows

    def states(self) -> list[str]:
        return [str(one["state"]) for one in self.rows()]

    def open(self, *arguments: str) -> dict[str, Any]:
        """One that stays in the background."""
        code, result = self.home.json("tunnel", "open", *arguments)
        assert code == 0, result
        return result

    @contextmanager
    def supervised(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """As the tray would start it; ended at the end."""
        process = subprocess.Popen(
            self.home.command("tunnel", "open", *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.home.environ,
        )
        with process:
            try:
                yield process
            finally:
                process.terminate()

    def close_all(self) -> None:
        assert self.home.json("tunnel", "close", "--all")[0] == 0


@contextmanager
def tunnels_of(home: Home) -> Iterator[Tunnels]:
    """With a folder for sockets whose path is short; whatever is left open is closed."""
    with TemporaryDirectory(prefix="alpkey-") as runtime:
        home.environ["XDG_RUNTIME_DIR"] = runtime
        made = Tunnels(home)
        yield made
        made.close_all()


def is_locked(path: Path) -> bool:
    """Whether somebody holds the file."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def descendants(process: int) -> list[tuple[int, str]]:
    """Every process below this one, with its program."""
    parents = {}
    names = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            head, _, rest = stat.read_text().rpartition(")")
            number = int(stat.parent.name)
            parents[number], names[number] = int(rest.split()[1]), head.partition("(")[2]
    below, found = {process}, []
    while fresh := [one for one, above in parents.items() if above in below and one not in below]:
        below.update(fresh)
        found += [(one, names[one]) for one in fresh]
    return found


def kill_ssh(process: int) -> None:
    """Ends the ssh's below this process as the kernel would."""
    for number, name in descendants(process):
        if name == "ssh":
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
