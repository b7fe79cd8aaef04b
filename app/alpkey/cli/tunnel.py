"""``alpkey tunnel open|list|close``."""

import click

from alpkey.actions.tunnels.open_close import (
    close_tunnels,
    list_tunnels,
    open_detached,
    open_tunnel,
    print_tunnel,
)
from alpkey.actions.tunnels.supervisor import TunnelRequest
from alpkey.cli.output import text_jobs as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.wiring.tunnels import tunnel_world

PORT = click.IntRange(1, 65535)


@click.group("tunnel")
def tunnel_group() -> None:
    """Tunnels to services on compute nodes, through the jump host and a cluster."""


@tunnel_group.command("open")
@click.argument("cluster", metavar="CLUSTER")
@click.argument("node", metavar="NODE")
@click.argument("ports", metavar="PORT...", nargs=-1, required=True, type=PORT)
@click.option(
    "--local-port",
    "local_ports",
    metavar="N",
    multiple=True,
    type=PORT,
    help="The port on this computer; again for each further PORT. Without it a free one.",
)
@click.option("--open-browser", is_flag=True, help="Open the service once it answers.")
@click.option("--background", is_flag=True, help="Return once it stands, and leave it open.")
@click.option("--print", "only_print", is_flag=True, help="Print the ssh line, open nothing.")
@json_option
@events_option
def open_command(
    *,
    cluster: str,
    node: str,
    ports: tuple[int, ...],
    local_ports: tuple[int, ...],
    open_browser: bool,
    background: bool,
    only_print: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Open a tunnel from this computer to services on a compute node, and keep it open.

    The server must listen on 127.0.0.1 of the node.  The command stays until Ctrl-C or 'alpkey
    tunnel close', and says what happens: it reconnects by itself, waits for a new key where the
    one that is here has expired, and ends with the job.

    With --background, and with --json, it returns once the tunnel stands and leaves it open; what
    is printed then is the tunnel as 'alpkey tunnel list' shows it.  With --json nothing waits for
    a key: an expired one is an error.

    \b
    Examples:
      alpkey tunnel open daint nid006554 8888
      alpkey tunnel open daint nid006554 6006 --open-browser
      alpkey tunnel open daint nid006554 8888 6006 --local-port 9000 --background
      alpkey tunnel open daint nid006554 8888 --print
    """
    if len(local_ports) > len(ports):
        raise click.UsageError("There are more local ports than ports.")
    if len(set(local_ports)) < len(local_ports):
        raise click.UsageError("Each local port can be given once.")
    output = Output(as_json, events)
    alone = (background or as_json) and not only_print
    request = TunnelRequest(
        cluster,
        node,
        ports,
        local_ports,
        open_browser,
        may_ask=output.can_ask and not (alone and events),
        waits=not as_json,
        heard=output.can_ask or as_json or events,
    )
    if only_print:
        run(
            lambda wiring, cancellation: print_tunnel(request, tunnel_world(wiring, cancellation)),
            output,
            messages.tunnel_command,
            host=cluster,
        )
        return
    action = open_detached if alone else open_tunnel
    run(
        lambda wiring, cancellation: action(request, tunnel_world(wiring, cancellation)),
        output,
        messages.tunnel_stays if alone else messages.tunnel_ended,
        host=cluster,
    )


@tunnel_group.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the tunnels: where each leads, how it is, and its address on this computer.

    With --json the state is one of connecting, open, service-not-answering, reconnecting,
    waiting-for-key, failed and job-ended.  The last two are listed for some hours, or until closed.

    \b
    Examples:
      alpkey tunnel list
      alpkey tunnel list --json
    """
    run(
        lambda wiring, cancel: list_tunnels(tunnel_world(wiring, cancel)),
        Output(as_json),
        messages.tunnels,
    )


@tunnel_group.command("close")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every tunnel.")
@json_option
@events_option
def close_command(ids: tuple[str, ...], every: bool, as_json: bool, events: bool) -> None:
    """Close tunnels, by the names that 'alpkey tunnel list' shows.

    \b
    Examples:
      alpkey tunnel close daint-nid006554-8888
      alpkey tunnel close --all
    """
    if bool(ids) == every:
        raise click.UsageError("Name tunnels, or give --all.")
    run(
        lambda wiring, cancel: close_tunnels(ids, tunnel_world(wiring, cancel), every=every),
        Output(as_json, events),
        messages.tunnels_closed,
    )
