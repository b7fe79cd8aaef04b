"""``alpkey account``."""

import click

from alpkey.actions.account import add_account, list_accounts, remove_account
from alpkey.cli.output import text_accounts as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.wiring.account import accounts_world


@click.group("account")
def account_group() -> None:
    """Further accounts of yours at the centre: a course account, a second username.

    Each has a key, a quota, a sign-in and names for the hosts of its own: 'ssh course-daint'.
    Every command takes --account NAME; without it your first account is meant.
    """


@account_group.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List your accounts on this computer, and how long their keys are valid.

    \b
    Examples:
      alpkey account list
      alpkey account list --json
    """
    run(
        lambda wiring, cancellation: list_accounts(accounts_world(wiring, cancellation)),
        Output(as_json),
        messages.accounts,
    )


@account_group.command("add")
@click.argument("name", metavar="NAME")
@click.option("--username", metavar="USER", required=True, help="Its username at the centre.")
@json_option
def add_command(name: str, username: str, as_json: bool) -> None:
    """Add an account under a short NAME of your choice.

    \b
    Examples:
      alpkey account add course --username course_00001
      alpkey renew --account course
      ssh course-daint
    """
    run(
        lambda wiring, cancellation: add_account(
            name, username, accounts_world(wiring, cancellation)
        ),
        Output(as_json),
        messages.account_added,
    )


@account_group.command("remove")
@click.argument("name", metavar="NAME")
@yes_option
@json_option
@events_option
def remove_command(name: str, yes: bool, as_json: bool, events: bool) -> None:
    """Remove an account from this computer, with its key and its saved sign-in.

    Your other accounts stay as they are.  Asks once, with a list.

    \b
    Examples:
      alpkey account remove course
      alpkey account remove course --yes --json
    """
    run(
        lambda wiring, cancellation: remove_account(
            name, accounts_world(wiring, cancellation, yes=yes)
        ),
        Output(as_json, events),
        messages.account_removed,
    )
