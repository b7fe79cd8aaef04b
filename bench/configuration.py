"""The user's ssh configuration: our part of a plan, and what a login on demand costs."""

import tempfile
import time
from pathlib import Path

from tests.centre import Home
from tests.core.sites import site

from alpkey.core.ssh.host_patterns import candidates, includes
from alpkey.core.ssh.include_line import applied, difference, include_line_for
from bench.figures import in_turn, ms, print_row, run_s

BLOCK = b"Host h%d\n  HostName h%d.example.org\n  # a remark\n  User somebody\n"
LINES = 10_000


def plan() -> None:
    """Alpkey's own part of a plan; the time of ssh, 10 ms a question, comes on top."""
    whole, tenth = in_turn(lambda: _plan_s(LINES), lambda: _plan_s(LINES // 10), 15)
    name = f"config plan, {LINES} lines / a tenth of them"
    print_row(name, ms(whole), ms(tenth), "100 ms, linear")


def on_demand(home: Home) -> None:
    """A login to the jump host with the line and a good key, and with the same but the line."""
    home.json("config", "apply", "--on-demand")
    home.json("status")
    text = (home.path / "ssh/alpkey/config").read_text()
    lines = text.splitlines(keepends=True)
    plain = "".join(line for line in lines if not line.startswith("Match"))
    assert plain != text
    with tempfile.TemporaryDirectory(prefix="alpkey-bench-") as folder:
        files = {Path(folder) / "with": text, Path(folder) / "without": plain}
        for path, content in files.items():
            path.write_text(content)
        commands = [["ssh", "-F", str(path), "ela", "true"] for path in files]
        own, bare = in_turn(
            lambda: run_s(commands[0], home.environ), lambda: run_s(commands[1], home.environ), 15
        )
    home.json("config", "undo")
    print_row("ssh ela true with the on-demand line / without", ms(own), ms(bare), "+10 ms")


def _plan_s(lines: int) -> float:
    content = b"".join(BLOCK % (number, number) for number in range(lines // 4))
    line = include_line_for(Path("/home/alice/.ssh/alpkey/config"))
    started = time.perf_counter()
    includes(content)
    candidates([content], site())
    difference(Path("/c"), line, content, applied(content, line))
    return time.perf_counter() - started
