"""``alpkey window``."""

import sys

import click


@click.command("window")
@click.argument("kind", type=click.Choice(["renew", "main"]))
@click.option("--connect", "then_connect", metavar="CLUSTER", help="Connect once it is renewed.")
@click.pass_obj
def window_command(open_window: object, kind: str, then_connect: str | None) -> None:
    """Open the renewal window or the main window; a second call raises the first.

    \b
    Examples:
      alpkey window renew
      alpkey window main
    """
    if callable(open_window):
        sys.exit(open_window(kind, then_connect))
