"""The options of a sign-in without a password: with the browser here, or on another device."""

import click

from alpkey.cli.context import F
from alpkey.core.site import Way


def way_options(command: F) -> F:
    """``way``; None where neither was given."""
    browser = click.option(
        "--browser", "way", flag_value=Way.BROWSER, help="Sign in with the browser here."
    )
    device = click.option(
        "--device", "way", flag_value=Way.DEVICE, help="Sign in on another device."
    )
    return browser(device(command))
