"""``alpkey settings [get|set]``."""

from collections.abc import Callable

import click

from alpkey.actions.settings import change, show, show_all
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.messages import settings as settings_messages
from alpkey.core.results.settings import SettingResult
from alpkey.core.settings.settings import declared
from alpkey.wiring.settings import settings_world
from alpkey.wiring.signin import end_sessions

origin_option = click.option(
    "--origin", "with_origin", is_flag=True, help="Say where each value comes from."
)


@click.group("settings", invoke_without_command=True)
@origin_option
@json_option
@click.pass_context
def settings_group(ctx: click.Context, with_origin: bool, as_json: bool) -> None:
    """Show or change settings.

    \b
    Examples:
      alpkey settings
      alpkey settings --origin
      alpkey settings set lead_time 3h
    """
    if ctx.invoked_subcommand is not None:
        given = {"with_origin": with_origin, "as_json": as_json}
        ctx.default_map = {"get": given, "set": given}
        return
    tell = _line(with_origin)
    run(
        lambda wiring, _: show_all(settings_world(wiring)),
        Output(json=as_json),
        lambda result: "\n".join(f"{row['key']} = {tell(row)}" for row in result["settings"]),
    )


@settings_group.command("get")
@click.argument("key")
@origin_option
@json_option
def get_command(key: str, with_origin: bool, as_json: bool) -> None:
    """Show one setting.

    \b
    Examples:
      alpkey settings get lead_time
      alpkey settings get lead_time --origin
    """
    run(
        lambda wiring, _: show(key, settings_world(wiring)),
        Output(json=as_json),
        _line(with_origin),
    )


@settings_group.command("set")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--default", "to_default", is_flag=True, help="Go back to the default.")
@json_option
@events_option
def set_command(key: str, value: str | None, to_default: bool, as_json: bool, events: bool) -> None:
    """Change one setting.  Comments in the file stay.

    \b
    Examples:
      alpkey settings set username bobsmith
      alpkey settings set reminders off
      alpkey settings set terminal "kitty --single-instance"
      alpkey settings set clusters "eiger=on santis=off"
      alpkey settings set lead_time --default
    """
    if (value is None) is not to_default:
        raise click.UsageError("Give a value, or --default.")
    run(
        lambda wiring, cancellation: change(
            key, value, settings_world(wiring), lambda: end_sessions(wiring, cancellation)
        ),
        Output(as_json, events),
        lambda row: f"{row['key']} = {_text(row)}",
    )


def _line(with_origin: bool) -> Callable[[SettingResult], str]:
    if not with_origin:
        return _text
    return lambda row: f"{_text(row)}  ({settings_messages.ORIGINS[row['origin']]})"


def _text(row: SettingResult) -> str:
    kind = declared()[row["key"]].kind
    return kind.text(kind.read(row["value"]))
