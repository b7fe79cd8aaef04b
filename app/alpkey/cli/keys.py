"""``alpkey keys list``."""

import click

from alpkey.actions.keys import list_keys
from alpkey.actions.sign_in import Way
from alpkey.cli import sentences
from alpkey.cli.context import Output, events_option, json_option, run


@click.group("keys")
def keys_group() -> None:
    """The keys of your account, as the centre knows them."""


@keys_group.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that expired or were revoked.")
@click.option("--browser", "way", flag_value=Way.BROWSER, help="Sign in with the browser here.")
@click.option("--device", "way", flag_value=Way.DEVICE, help="Sign in on another device.")
@json_option
@events_option
def list_command(every: bool, way: Way | None, as_json: bool, events: bool) -> None:
    """List your keys, and tell which is this computer's and how many are left.

    Needs a sign-in: with the browser where there is one, else on another device.

    \b
    Examples:
      alpkey keys list
      alpkey keys list --all --device
      alpkey keys list --json
    """
    run(
        lambda all_of, cancellation: list_keys(
            way or all_of.usual_way, all_of.keys(cancellation), every=every
        ),
        Output(as_json, events),
        sentences.keys,
    )
