"""Figures: timed in turn, printed as medians and ratios."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def in_turn(
    own: Callable[[], float], yardstick: Callable[[], float], rounds: int
) -> tuple[float, float]:
    """The medians of both; taken in turn, so that a machine whose speed drifts is fair to both."""
    own(), yardstick()  # once for warm caches
    pairs = [(own(), yardstick()) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def run_s(command: Sequence[str], environ: dict[str, str]) -> float:
    """How long a command takes, in seconds.  Raises CalledProcessError where it fails."""
    started = time.perf_counter()
    subprocess.run(
        command, env=environ, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def print_row(what: str, own: float, yardstick: float, target: str, unit: str = "ms") -> None:
    """One row."""
    ratio = own / yardstick
    print(f"{what:<48} {own:8.1f} {unit} {yardstick:8.1f} {unit} {ratio:6.2f} x  target {target}")


def ms(seconds: float) -> float:
    return seconds * 1000
