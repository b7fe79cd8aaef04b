"""The user's ssh configuration: our part of a plan, and what a login on demand costs."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.centre import Home
from tests.core.sites import site

from alpkey.core.ssh.host_patterns import candidates, includes
from alpkey.core.ssh.include_line import applied, difference, include_line_for
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Issued
from alpkey.core.state.journal_lines import from_lines, to_line
from bench.figures import Row, add, add_ratio, in_turn, ms, run_s

BLOCK = b"Host h%d\n  HostName h%d.example.org\n  # a remark\n  User somebody\n"
LINES = 10_000


def plan() -> None:
    """Alpkey's own part of a plan; the time of ssh, 10 ms a question, comes on top."""
    sizes = (LINES // 1000, LINES // 100, LINES // 10, LINES)
    taken = in_turn(*(partial(_plan_s, lines) for lines in sizes), rounds=15)
    for lines, times in zip(sizes, taken, strict=True):
        add(Row(f"config plan, {lines} lines", ms(statistics.median(times)), None, 100))


def journal() -> None:
    """The fold of a journal, which every command does: read, parsed and understood."""
    sizes = (10, 100, 1_000, 10_000)
    for lines, times in zip(sizes, in_turn(*map(_fold, sizes), rounds=5), strict=True):
        add(Row(f"journal read, {lines} entries", ms(statistics.median(times)), None, 100))


def _fold(lines: int) -> Callable[[], float]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    issued = Issued(start, "alice", "a", 1, "SHA256:x", start, "/home/alice/.ssh/key")
    text = [
        to_line(issued._replace(at=start + timedelta(hours=n), attempt=f"a-{n}", serial=n))
        for n in range(lines)
    ]

    def fold_s() -> float:
        started = time.perf_counter()
        fold(from_lines(text), "alice")
        return time.perf_counter() - started

    return fold_s


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
            lambda: run_s(commands[0], home.environ),
            lambda: run_s(commands[1], home.environ),
            rounds=15,
        )
    home.json("config", "undo")
    add_ratio("ssh ela true with the on-demand line / without", own, bare, 1.0, 10)


def _plan_s(lines: int) -> float:
    content = b"".join(BLOCK % (number, number) for number in range(lines // 4))
    line = include_line_for(Path("/home/alice/.ssh/alpkey/config"))
    started = time.perf_counter()
    includes(content)
    candidates([content], site())
    difference(Path("/c"), line, content, applied(content, line))
    return time.perf_counter() - started
