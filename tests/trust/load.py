"""Two hundred processes at once in one home: no lost lock, no torn file, no process left."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.centre import Home
from tests.trust.row import Row

PROCESSES = 200


def load(home: Home, _end: float | None) -> Iterator[Row]:
    """Half look, half change a setting."""
    row = Row("200 processes at once", points=PROCESSES)
    assert home.renew()[0] == 0
    before = home.pair()
    commands = (("status",), ("settings", "set", "tell_updates", "on"))
    running = [
        subprocess.Popen(
            home.command(*commands[number % 2]),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=home.environ,
        )
        for number in range(PROCESSES)
    ]
    for process in running:
        output, _ = process.communicate(timeout=300)
        row.tried += 1
        # One that waited long enough for its turn may say so, and then it changed nothing.
        waited = process.returncode == 5 and "holds the lock" in output
        if process.returncode != 0 and not waited:
            row.failures.append(f"ended with {process.returncode}: {output[-300:]}")
    if home.pair() != before:
        row.failures.append("the pair was changed")
    if (home.path / "config/config.toml").read_text().count("tell_updates") != 1:
        row.failures.append("the settings are torn")
    row.failures += [f"left behind: {one}" for one in home.path.rglob(".*.alpkey-*")]
    row.failures += [f"still runs: {one}" for one in _running_in(home)]
    yield row


def _running_in(home: Home) -> list[str]:
    """Processes that know this home, but for the agent that outlives commands by design."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            environ = (process / "environ").read_bytes()
            name = (process / "comm").read_text().strip()
        except OSError:
            continue
        if f"ALPKEY_HOME={home.path}".encode() in environ and name != "ssh-agent":
            found.append(f"{process.name} {name}")
    return found
