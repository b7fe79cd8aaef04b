"""``alpkey config show|diff|apply|undo|check``."""

import click

from alpkey.actions.ssh import configure
from alpkey.cli.output import text as messages
from alpkey.cli.runtime.context import Output, events_option, json_option, run, yes_option
from alpkey.wiring.ssh import configure_world


@click.group("config")
def config_group() -> None:
    """Your own ssh configuration: one line of Alpkey's at its top."""


@config_group.command("show")
@json_option
def show_command(as_json: bool) -> None:
    """Show the Include line, and the blocks for the centre's hosts that it brings.

    \b
    Example:
      alpkey config show
    """
    run(
        lambda wiring, cancellation: configure.show(configure_world(wiring, cancellation)),
        Output(json=as_json),
        messages.config_shown,
    )


@config_group.command("diff")
@json_option
@events_option
def diff_command(as_json: bool, events: bool) -> None:
    """Show what apply would change, and each value of yours that would lose by it.

    \b
    Examples:
      alpkey config diff
      alpkey config diff --json
    """
    run(
        lambda wiring, cancellation: configure.diff(configure_world(wiring, cancellation)),
        Output(as_json, events),
        messages.config_diff,
    )


@config_group.command("apply")
@click.option(
    "--on-demand/--no-on-demand",
    default=None,
    help="Have ssh ask for a fresh key when a login needs one, or no longer.",
)
@yes_option
@json_option
@events_option
def apply_command(on_demand: bool | None, yes: bool, as_json: bool, events: bool) -> None:
    """Add the Include line at the top of your configuration, and check with ssh that it works.

    A backup is saved. If ssh does not do what was planned, the Include line is removed again.

    \b
    Examples:
      alpkey config apply
      alpkey config apply --yes
      alpkey config apply --on-demand
    """
    output = Output(as_json, events)
    ask = output.can_ask and not yes
    run(
        lambda wiring, cancellation: configure.apply(
            configure_world(wiring, cancellation), ask=ask, on_demand=on_demand
        ),
        output,
        messages.config_applied,
    )


@config_group.command("undo")
@json_option
@events_option
def undo_command(as_json: bool, events: bool) -> None:
    """Remove the Include line; every other byte stays.

    \b
    Example:
      alpkey config undo
    """
    run(
        lambda wiring, cancellation: configure.undo(configure_world(wiring, cancellation)),
        Output(as_json, events),
        messages.config_undone,
    )


@config_group.command("check")
@json_option
def check_command(as_json: bool) -> None:
    """Check that the Include line works, and which names of yours lead to the centre.

    \b
    Examples:
      alpkey config check
      alpkey config check --json
    """
    run(
        lambda wiring, cancellation: configure.check(configure_world(wiring, cancellation)),
        Output(json=as_json),
        messages.config_checked,
    )
