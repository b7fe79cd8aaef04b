"""The commands: the shell prompt's line, connecting, and a renewal's own time."""

import statistics
import sys
import time
from functools import partial
from pathlib import Path

from tests.centre import Centre, Home

from alpkey.core.ssh.command_lines import PROBE
from bench.figures import Row, add, add_ratio, in_turn, ms, run_s

ROUNDS = 15
RENEWALS = 20


def whole_commands(home: Home) -> None:
    """What a shell prompt and a person wait for, against the bare interpreter."""
    program = str(Path(sys.executable).with_name("alpkey"))
    commands = {
        "status --short": 1.6,
        "--version": 1.5,
        "--help": 4.0,
        "status": 5.5,
        "connect daint --print": 2.0,
    }
    home.run("connect", "daint", "--print")  # as any but the first time
    calls = [partial(run_s, [program, *name.split()], home.environ) for name in commands]
    bare, *taken = in_turn(partial(_python_s, home), *calls, rounds=ROUNDS)
    for (name, ratio), own in zip(commands.items(), taken, strict=True):
        add_ratio(f"{name} / python -c pass", own, bare, ratio)


def connecting(home: Home) -> None:
    """From the command to the end of a session on daint, as any but the first time."""
    config = home.json("connect", "daint", "--print")[1]["command"][2]
    program = str(Path(sys.executable).with_name("alpkey"))
    own, bare, python = in_turn(
        lambda: run_s([program, "connect", "daint", "--here", "--", "true"], home.environ),
        lambda: run_s(["ssh", "-F", config, "daint", "true"], {**home.environ, **PROBE}),
        partial(_python_s, home),
        rounds=ROUNDS,
    )
    plus = 1.3 * ms(statistics.median(python))
    add_ratio("connect daint --here -- true / ssh daint true", own, bare, 1.0, plus)


def _python_s(home: Home) -> float:
    return run_s([sys.executable, "-c", "pass"], home.environ)


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
    name = "renewal: issued to installed and in the agent"
    add(Row("renewal: answer to issued (service included)", statistics.median(whole), None, None))
    add(Row(f"{name}, median", statistics.median(after), None, 12, spread=(min(after), max(after))))
    add(Row(f"{name}, p95", after_95, None, 25))


def prepare(home: Home, centre: Centre) -> None:
    """A first key, and a quota that lasts for all figures."""
    centre.control("account", quota=1000)
    code, result = home.renew()
    assert code == 0, result
