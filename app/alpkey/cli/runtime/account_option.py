"""``--account NAME``, which every command takes: for an account beside the first."""

from typing import Any

import click

_META = "alpkey.account"


def with_account(command: click.Command) -> click.Command:
    """``command`` with the option, and each command below it.  Adding it twice changes nothing."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_account(below)
    if all(parameter.name != "account" for parameter in command.params):
        command.params.append(
            click.Option(
                ["--account"],
                metavar="NAME",
                expose_value=False,
                callback=_remember,
                help="Another of your accounts; see 'alpkey account list'.",
            )
        )
    return command


def chosen_account() -> str | None:
    """The account that the user named in this call, None for the first."""
    context = click.get_current_context(silent=True)
    name: str | None = context.meta.get(_META) if context else None
    return name


def _remember(context: click.Context, _: click.Parameter, name: str | None) -> Any:
    if name is not None:
        context.meta[_META] = name
    return name
