"""``alpkey connect``."""

import os
import shlex
from collections.abc import Callable

import click

from alpkey.actions.connect import ConnectRequest, Way, connect
from alpkey.adapters.openssh import become
from alpkey.cli.context import Output, events_option, json_option, run
from alpkey.core.command import PROBE
from alpkey.core.events import Result


@click.command("connect")
@click.argument("name", metavar="CLUSTER|ALIAS|ela")
@click.argument("remote_command", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED)
@click.option("--print", "only_print", is_flag=True, help="Print the ssh command, run nothing.")
@click.option("--here", is_flag=True, help="Replace this process with ssh; open no window.")
@click.option("--forward-agent", is_flag=True, help="Let the cluster use your ssh agent (ssh -A).")
@json_option
@events_option
def connect_command(
    name: str,
    remote_command: tuple[str, ...],
    only_print: bool,
    here: bool,
    forward_agent: bool,
    as_json: bool,
    events: bool,
) -> None:
    """Open a terminal on a cluster, through the jump host, with a key that is good.

    A key that has run out is renewed first, in this terminal or in a window.

    \b
    Examples:
      alpkey connect daint
      alpkey connect daint --here -- hostname
      alpkey connect ela --print
    """
    output = Output(as_json, events)
    way: Way = "print" if only_print else "here" if here else "window"
    request = ConnectRequest(name, way, forward_agent, remote_command, output.can_ask)
    result = run(
        lambda all_of, cancellation: connect(request, all_of.connection(cancellation)),
        output,
        _tell(way),
        silent=way == "here",
    )
    if way == "here":
        become(result["command"], {**os.environ, **PROBE})


def _tell(way: Way) -> Callable[[Result], str]:
    if way == "print":
        return lambda result: shlex.join(result["command"])
    return _opened


def _opened(result: Result) -> str:
    if result["command"] is None:
        return "The key has to be renewed first; a window asks for it."
    return f"A terminal on {result['host']} opens."
