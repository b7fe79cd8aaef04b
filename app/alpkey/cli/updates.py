"""``alpkey updates``."""

import click

from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.results.updates import UpdatesResult
from alpkey.wiring.settings import look_for_updates


@click.command("updates")
@click.option("--unasked", is_flag=True, hidden=True, help="What the tray starts by itself.")
@json_option
@events_option
def updates_command(*, unasked: bool, as_json: bool, events: bool) -> None:
    """Ask whether there is a newer version of Alpkey.

    It is shown with the page to get it from, and never fetched.  With the setting tell_updates the
    tray asks once a day, unless a package manager brings newer versions anyway.

    \b
    Examples:
      alpkey updates
      alpkey settings set tell_updates on
    """
    run(
        lambda wiring, _: look_for_updates(wiring, unasked=unasked),
        Output(as_json, events),
        _text,
    )


def _text(result: UpdatesResult) -> str:
    if result["newer"]:
        return (
            f"Alpkey {result['newest']} is there; this is {result['version']}. "
            f"Get it at {result['page']}"
        )
    return f"There is no newer version; this is Alpkey {result['version']}."
