"""The person's ssh configuration: our part of a plan, and what a login on demand costs."""

import tempfile
import time
from pathlib import Path

from tests.centre import Home
from tests.core.sites import site

from alpkey.core.config_line import applied, difference, our_line
from alpkey.core.host_names import candidates, includes
from bench.figures import in_turn, ms, run_s, tell

BLOCK = b"Host h%d\n  HostName h%d.example.org\n  # a remark\n  User somebody\n"
LINES = 10_000


def plan() -> None:
    """All that is ours in a plan on so many lines; ssh's own time, 10 ms a question, is beside."""
    whole, tenth = in_turn(lambda: _plan_s(LINES), lambda: _plan_s(LINES // 10), 15)
    tell(f"config plan, {LINES} lines / a tenth of them", ms(whole), ms(tenth), "100 ms, linear")


def on_demand(home: Home) -> None:
    """A login to the jump host with the line and a good key, and without the line."""
    with tempfile.TemporaryDirectory(prefix="alpkey-bench-") as folder:
        plain = Path(folder) / "plain"  # ssh hands the name to a shell unquoted
        plain.symlink_to(home.path / "ssh/config")
        command = ["ssh", "-F", str(plain), "ela", "true"]

        def login(option: str) -> float:
            home.json("config", "apply", option)
            home.json("status")
            return run_s(command, home.environ)

        with_line, without = in_turn(
            lambda: login("--on-demand"), lambda: login("--no-on-demand"), 9
        )
    tell("ssh ela true with the on-demand line / without", ms(with_line), ms(without), "+10 ms")
    home.json("config", "undo")


def _plan_s(lines: int) -> float:
    content = b"".join(BLOCK % (number, number) for number in range(lines // 4))
    line = our_line(Path("/home/alice/.ssh/alpkey/config"))
    started = time.perf_counter()
    includes(content)
    candidates([content], site())
    difference(Path("/c"), line, content, applied(content, line))
    return time.perf_counter() - started
