"""``alpkey hosts list|accept``."""

import click

from alpkey.actions.ssh.hosts import accept, list_hosts
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.wiring.ssh import hosts_world


@click.group("hosts")
def hosts_group() -> None:
    """The keys by which the login hosts prove who they are."""


@hosts_group.command("list")
@json_option
@events_option
def list_command(as_json: bool, events: bool) -> None:
    """Show for each login host whether its key is known, and what it presents now.

    \b
    Examples:
      alpkey hosts list
      alpkey hosts list --json
    """
    run(lambda wiring, _: list_hosts(hosts_world(wiring)), Output(as_json, events), messages.hosts)


@hosts_group.command("accept")
@click.argument("names", metavar="HOST...", nargs=-1, required=True)
@yes_option
@json_option
@events_option
def accept_command(names: tuple[str, ...], yes: bool, as_json: bool, events: bool) -> None:
    """Remember the keys that these hosts present, after showing each.

    A key that has changed is never accepted here: it is explained, and you decide.

    \b
    Examples:
      alpkey hosts accept ela
      alpkey hosts accept ela daint santis clariden
    """
    run(
        lambda wiring, _: accept(names, yes, hosts_world(wiring)),
        Output(as_json, events),
        messages.hosts,
    )
