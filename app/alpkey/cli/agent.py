"""``alpkey agent load|list|clean``."""

import click

from alpkey.actions.agent.load import clean, list_keys, load_current
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import (
    Output,
    events_option,
    json_option,
    prepared_answer,
    run,
    stdin_option,
)
from alpkey.wiring.agent import agent_world


@click.group("agent")
def agent_group() -> None:
    """The ssh agent: load the key, list what it holds, remove Alpkey's old keys."""


@agent_group.command("load")
@stdin_option('{"passphrase": ...}')
@json_option
@events_option
def load_command(from_stdin: bool, as_json: bool, events: bool) -> None:
    """Load the installed key, until its certificate expires.

    The passphrase is asked for where the key has one and the agent does not hold it yet.

    Expired keys of Alpkey's are removed; other keys are never touched.

    \b
    Example:
      alpkey agent load
    """
    run(
        lambda wiring, _: load_current(agent_world(wiring)),
        Output(as_json, events, prepared_answer(from_stdin)),
        messages.agent,
    )


@agent_group.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List what the agent holds.

    \b
    Examples:
      alpkey agent list
      alpkey agent list --json
    """
    run(lambda wiring, _: list_keys(agent_world(wiring)), Output(json=as_json), messages.agent_keys)


@agent_group.command("clean")
@json_option
def clean_command(as_json: bool) -> None:
    """Remove Alpkey's keys and certificates that have expired or been replaced.

    Keys that Alpkey did not install are never touched.

    \b
    Examples:
      alpkey agent clean
      alpkey agent clean --json
    """
    run(lambda wiring, _: clean(agent_world(wiring)), Output(json=as_json), messages.agent_cleaned)
