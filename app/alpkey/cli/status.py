"""``alpkey status``."""

import sys

import click

from alpkey.actions.status import status
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.account_option import chosen_account
from alpkey.cli.runtime.context import Output, json_option, run
from alpkey.core.results.status import StatusResult
from alpkey.wiring.status import short_line

EXIT_CODES = {"missing": 6, "expired": 7, "expiring": 8, "not-yet-valid": 9, "broken": 9}


@click.command("status")
@click.option("--short", "as_short", is_flag=True, help="One line for a shell prompt.")
@json_option
def status_command(as_short: bool, as_json: bool) -> None:
    """Show the state of key, quota and agent.

    Ends with 0 (good), 6 (no key), 7 (expired), 8 (expiring soon) or 9 (cannot be used).

    \b
    Examples:
      alpkey status
      alpkey status --short
      alpkey status --json
    """
    result = run(
        lambda wiring, _: status(wiring.status),
        Output(json=as_json),
        _short if as_short and not as_json else messages.status,
    )
    sys.exit(EXIT_CODES.get(result["state"], 0))


def _short(_: StatusResult) -> str:
    return short_line(chosen_account())[0]
