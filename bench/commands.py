"""The commands: the shell prompt's line, connecting, and a renewal's own time."""

import statistics
import sys
import time
from pathlib import Path

from tests.centre import Centre, Home

from bench.figures import in_turn, ms, print_row, run_s

ROUNDS = 15
RENEWALS = 20


def short_status(home: Home) -> None:
    """What a shell prompt waits for."""
    command = [str(Path(sys.executable).with_name("alpkey")), "status", "--short"]
    own, bare = in_turn(
        lambda: run_s(command, home.environ),
        lambda: run_s([sys.executable, "-c", "pass"], home.environ),
        ROUNDS,
    )
    print_row("status --short / python -c pass", ms(own), ms(bare), "1.6 x")


def connecting(home: Home) -> None:
    """From the command to the end of a session on daint."""
    config = home.json("connect", "daint", "--print")[1]["command"][2]
    own, bare = in_turn(
        lambda: run_s(home.command("connect", "daint", "--here", "--", "true"), home.environ),
        lambda: run_s(["ssh", "-F", config, "daint", "true"], home.environ),
        5,
    )
    python = run_s([sys.executable, "-c", "pass"], home.environ)
    yardstick = bare + 3 * python
    print_row("connect daint --here -- true / ssh + 3 x python", ms(own), ms(yardstick), "1 x")


def own_time(home: Home) -> None:
    """From the answer's line to ``done``, less what the service takes for the same call."""
    times_ms = []
    for _ in range(RENEWALS):
        with home.talk("--force") as talk:
            ask = talk.until("ask")
            talk.until("step", id="service-ready")
            code = home.centre.otp()
            started = time.perf_counter()
            talk.answer(ask, password=home.centre.password, otp=code)
            talk.until("step", id="issued")
            issued = time.perf_counter()
            talk.until("step", id="in-agent")
            loaded = time.perf_counter()
            talk.end()
        times_ms.append((ms(issued - started), ms(loaded - issued)))
    whole, after = zip(*times_ms, strict=True)
    after_95 = statistics.quantiles(after, n=20)[-1]
    print(
        f"{'renewal: answer to issued (service included)':<48} {statistics.median(whole):8.1f} ms"
    )
    print(
        f"{'renewal: issued to installed and in the agent':<48} {statistics.median(after):8.1f} ms"
        f"  p95 {after_95:.1f} ms  target 20 and 40 ms"
    )


def prepare(home: Home, centre: Centre) -> None:
    """A first key, and a quota that lasts for all figures."""
    centre.control("account", quota=1000)
    code, result = home.renew()
    assert code == 0, result
