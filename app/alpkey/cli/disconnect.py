"""``alpkey disconnect``."""

import click

from alpkey.actions.ssh.disconnect import disconnect
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.results.ssh import DisconnectResult
from alpkey.wiring.ssh import disconnect_world


@click.command("disconnect")
@click.argument("name", metavar="[CLUSTER]", required=False)
@json_option
@events_option
def disconnect_command(name: str | None, as_json: bool, events: bool) -> None:
    """End the connections that logins share, with every session in them; all, or a cluster's.

    There are some only with the setting 'share_connections'.  They outlive the key, and its
    revocation, too.

    \b
    Examples:
      alpkey disconnect
      alpkey disconnect daint
    """
    run(
        lambda wiring, _: disconnect(name, disconnect_world(wiring)),
        Output(as_json, events),
        _text,
        host=name,
    )


def _text(result: DisconnectResult) -> str:
    if not result["disconnected"]:
        return "No shared connection is open."
    return f"Disconnected: {', '.join(result['disconnected'])}"
