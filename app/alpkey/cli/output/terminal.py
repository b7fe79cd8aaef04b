"""Text for the terminal, passed through the one filter."""

import click

from alpkey.core.display_text import visible


def echo(text: str, *, err: bool = False) -> None:
    """Print ``text``, which may hold what a service or a file said."""
    click.echo(visible(text), err=err)
