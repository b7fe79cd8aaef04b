"""``alpkey sandbox``: the only module of the client that imports the sandbox."""

import sys

import click

from alpkey.cli.runtime.context import tell_error
from alpkey.core.errors import InvalidInput


@click.command("sandbox", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox_command(arguments: tuple[str, ...]) -> None:
    """Run a centre on this computer: key service, throw-away CA and ssh hosts.

    \b
    Examples:
      alpkey sandbox --dir /tmp/centre
      alpkey sandbox otp --dir /tmp/centre
    """
    try:
        from alpkey_sandbox.__main__ import main
    except ImportError:
        sys.exit(tell_error(InvalidInput("sandbox-missing")))
    sys.exit(main(list(arguments)))
