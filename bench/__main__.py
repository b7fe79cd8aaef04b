"""``make bench``: a sandbox, a desk, and every figure that this machine can give."""

import os
import tempfile
from pathlib import Path

from tests.agents import openssh_agent
from tests.centre import Centre, Home, prepared_home
from tests.e2e.desk import desk

from alpkey_sandbox.sandbox import Sandbox
from bench import commands, configuration, desktop, figures

RESULT = Path("dist/bench.json")


def main() -> None:
    # Not named as Alpkey names its own folders: it would take the agent in it for its own.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with Sandbox(folder / "centre") as sandbox, openssh_agent(folder) as agent:
            centre = Centre(sandbox)
            home: Home = prepared_home(centre, folder)
            home.environ["SSH_AUTH_SOCK"] = agent
            del home.environ["PYTHONWARNINGS"]
            commands.prepare(home, centre)
            print(f"{os.cpu_count()} cores; medians, own and yardstick in turn")
            commands.whole_commands(home)
            commands.connecting(home)
            commands.own_time(home)
            configuration.plan()
            configuration.journal()
            configuration.on_demand(home)
            with desk(folder / "desk") as running:
                desktop.measure(running, home)
    figures.write(RESULT)
    missed = sum(not row.met for row in figures.ROWS)
    print(f"{len(figures.ROWS)} rows, {missed} missed; as JSON in {RESULT}")


if __name__ == "__main__":
    main()
