"""The options of a sign-in without a password: with the browser here, or on another device."""

import click

from alpkey.cli.runtime.context import F
from alpkey.core.site import SignInMethod


def method_options(command: F) -> F:
    """Add ``method``; None if neither option was given."""
    browser = click.option(
        "--browser",
        "method",
        flag_value=SignInMethod.BROWSER,
        help="Sign in with the browser here.",
    )
    device = click.option(
        "--device", "method", flag_value=SignInMethod.DEVICE, help="Sign in on another device."
    )
    return browser(device(command))
