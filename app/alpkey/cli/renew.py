"""``alpkey renew``."""

import sys
from datetime import timedelta

import click

from alpkey.actions.renew import RenewRequest, renew
from alpkey.cli.context import Output, events_option, json_option, run, yes_option
from alpkey.cli.sentences import renewed
from alpkey.core.moments import duration

STDIN_LIMIT_BYTES = 64 * 1024


class Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return duration(str(value))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


@click.command("renew")
@click.option("--username", metavar="NAME", help="Your user name at the centre.")
@click.option(
    "--stdin",
    "from_stdin",
    is_flag=True,
    help='Read {"password": ..., "otp": ...} as one line of JSON from standard input.',
)
@click.option(
    "--if-needed",
    type=Duration(),
    is_flag=False,
    flag_value="1h",
    metavar="SPAN",
    help="Only where the key lives no longer than this (1h when no span is given).",
)
@click.option("--force", is_flag=True, help="Ask the service though no key seems to be left.")
@yes_option
@json_option
@events_option
def renew_command(
    username: str | None,
    from_stdin: bool,
    if_needed: timedelta | None,
    force: bool,
    yes: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Sign in, get a fresh key, install it and load the agent.

    \b
    Examples:
      alpkey renew
      alpkey renew --if-needed=2h
      alpkey renew --username bobsmith --json --stdin < answers.json
    """
    prepared = sys.stdin.readline(STDIN_LIMIT_BYTES) if from_stdin else None
    request = RenewRequest(username, if_needed, force, yes, form=events)
    run(
        lambda all_of, cancellation: renew(request, all_of.renewal(cancellation)),
        Output(as_json, events, prepared),
        renewed,
    )
