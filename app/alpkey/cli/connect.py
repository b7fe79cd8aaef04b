"""``alpkey connect``."""

import os
import shlex
from collections.abc import Callable

import click

from alpkey.actions.ssh.connect import ConnectMode, ConnectRequest, connect
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.events import Action
from alpkey.core.results.ssh import ConnectResult, LoginResult
from alpkey.core.ssh.command_lines import PROBE
from alpkey.wiring.base import Wiring
from alpkey.wiring.ssh import become, connect_world, remote_world


@click.command("connect")
@click.argument("name", metavar="CLUSTER|ALIAS|NODE")
@click.argument("remote_command", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED)
@click.option("--print", "only_print", is_flag=True, help="Print the ssh command, run nothing.")
@click.option("--here", is_flag=True, help="Replace this process with ssh; open no window.")
@click.option("--vscode", is_flag=True, help="Open VS Code there, by its extension Remote - SSH.")
@click.option("--check", is_flag=True, help="Only try to log in, and say why where that fails.")
@click.option("--job", metavar="ID", help="Go on to the node where this job of yours runs.")
@click.option("--node", metavar="NODE", help="Go on to this node, where a job of yours runs.")
@click.option("--forward-agent", is_flag=True, help="Let the cluster use your ssh agent (ssh -A).")
@json_option
@events_option
def connect_command(
    *,
    name: str,
    remote_command: tuple[str, ...],
    only_print: bool,
    here: bool,
    vscode: bool,
    check: bool,
    job: str | None,
    node: str | None,
    forward_agent: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Open a terminal on a cluster, through the jump host, with a key that is good.

    An expired key is renewed first, in this terminal or in a window.

    \b
    Examples:
      alpkey connect daint
      alpkey connect daint --here -- hostname
      alpkey connect ela --print
      alpkey connect santis --check
      alpkey connect daint --job 4810021
      alpkey connect nid006554
    """
    output = Output(as_json, events)
    if sum((only_print, here, vscode, check)) > 1:
        raise click.UsageError("Give one of --print, --here, --vscode and --check.")
    if (job and node) or (check and (job or node)):
        raise click.UsageError("Give one of --job, --node and --check.")
    if check:
        from alpkey.actions.ssh.try_login import try_login

        run(
            lambda wiring, cancellation: try_login(name, remote_world(wiring, cancellation)),
            output,
            _logged_in,
            host=name,
        )
        return
    mode: ConnectMode = (
        "print" if only_print else "here" if here else "editor" if vscode else "window"
    )
    # A desktop that starts this cannot show a question; the renewal window asks it instead.
    may_ask = output.can_ask and not (events and mode in ("window", "editor"))
    request = ConnectRequest(name, mode, forward_agent, remote_command, may_ask)

    def action(wiring: Wiring, cancellation: SignalCancellation) -> Action[ConnectResult]:
        if job or node or wiring.site.names_a_node(name):
            return _to_node(request, job, node, wiring, cancellation)
        return connect(request, connect_world(wiring, cancellation))

    result = run(
        action,
        output,
        _text(mode),
        silent=mode == "here",
        host=name,
    )
    if mode == "here" and result["command"]:
        become(result["command"], {**os.environ, **PROBE})


def _to_node(
    request: ConnectRequest,
    job: str | None,
    node: str | None,
    wiring: Wiring,
    cancellation: SignalCancellation,
) -> Action[ConnectResult]:
    """Late imports: a login to a cluster does not wait for what lists jobs."""
    from alpkey.actions.tunnels.node_login import WhichNode, connect_to_node, find_and_connect
    from alpkey.wiring.tunnels import node_world

    world = node_world(wiring, cancellation)
    if job or node:
        return connect_to_node(request, WhichNode(job, node), world)
    return find_and_connect(request, world)


def _text(mode: ConnectMode) -> Callable[[ConnectResult], str]:
    if mode == "print":
        return lambda result: shlex.join(result["command"] or ())
    return _opened_editor if mode == "editor" else _opened


def _logged_in(result: LoginResult) -> str:
    return f"{result['host']} lets you in."


def _opened(result: ConnectResult) -> str:
    if result["command"] is None:
        return "The key has to be renewed first; a window asks for it."
    return f"A terminal on {result['host']} opens."


def _opened_editor(result: ConnectResult) -> str:
    return f"VS Code opens on {result['host']}."
