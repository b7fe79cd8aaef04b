"""``alpkey ensure``."""

import os
import sys

import click

from alpkey.actions.ssh.ensure import WAIT, AskingPlace, ensure
from alpkey.cli.output import text as messages
from alpkey.cli.output.terminal import echo
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.context import Output, json_option, run
from alpkey.core.display import has_display
from alpkey.core.errors import KeyExpired
from alpkey.core.events import Action
from alpkey.core.results.status import EnsureResult
from alpkey.wiring.base import Wiring
from alpkey.wiring.ssh import ensure_world


@click.command("ensure")
@json_option
def ensure_command(as_json: bool) -> None:
    """Have a good key on disk: what a login on demand calls (alpkey config apply --on-demand).

    Ends with 0 (there is one), 7 (there is none) or 10 (you said no; that holds for ten minutes).

    \b
    Example:
      alpkey ensure && rsync -a data daint:
    """
    place = "nobody" if as_json else _asking_place()

    def make(wiring: Wiring, cancellation: SignalCancellation) -> Action[EnsureResult]:
        late = KeyExpired("not-renewed", reason="There was no answer in time.")
        cancellation.end_after(WAIT.total_seconds(), late)
        return ensure(place, ensure_world(wiring, cancellation))

    result = run(make, Output(json=as_json), str, silent=not as_json)
    if result["renewed"] and not as_json:
        echo(messages.key_line(result), err=True)


def _asking_place() -> AskingPlace:
    if _take_terminal():
        return "here"
    return "window" if has_display(os.environ, sys.platform) else "nobody"


def _take_terminal() -> bool:
    """Make the terminal the standard streams, if there is one and this is its foreground job.

    ssh gives what it runs no input.  A job in the background would be stopped by the system.
    """
    try:
        handle = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return False
    try:
        if os.tcgetpgrp(handle) != os.getpgrp():
            return False
        for stream in range(3):
            os.dup2(handle, stream)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
