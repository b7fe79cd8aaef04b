"""``alpkey uninstall``."""

import click

from alpkey.actions.removal.uninstall import uninstall
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.wiring.removal import uninstall_world


@click.command("uninstall")
@yes_option
@json_option
@events_option
def uninstall_command(yes: bool, as_json: bool, events: bool) -> None:
    """Undo all that Alpkey did outside its own folders.

    The Include line in your ssh configuration, Alpkey's files for ssh, host keys accepted here, the
    menu entry and start at login.  Asks once, with a list.  Key and certificate stay: see sign-out.

    \b
    Examples:
      alpkey uninstall
      alpkey uninstall --yes --json
    """
    run(
        lambda wiring, cancellation: uninstall(uninstall_world(wiring, cancellation), yes=yes),
        Output(as_json, events),
        messages.uninstalled,
    )
