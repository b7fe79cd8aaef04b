"""``alpkey window``."""

import sys

import click

from alpkey.cli.runtime.account_option import chosen_account


@click.command("window")
@click.argument("kind", type=click.Choice(["renew", "main", "first-start"]))
@click.option("--connect", metavar="CLUSTER", help="Connect once the key is renewed.")
@click.option("--page", metavar="NAME", help="Show this page: key, doctor or settings.")
@click.option("--for", "instead_of", type=click.Choice(["tray"]), hidden=True)
@click.pass_obj
def window_command(
    open_window: object, kind: str, connect: str | None, page: str | None, instead_of: str | None
) -> None:
    """Open the renewal, the main window or the first start; a second call raises the first.

    \b
    Examples:
      alpkey window renew
      alpkey window first-start
      alpkey window main --page settings
    """
    if callable(open_window):
        options = {
            "connect": connect,
            "page": page,
            "for": instead_of,
            "account": chosen_account(),
        }
        sys.exit(open_window(kind, {name: value for name, value in options.items() if value}))
