"""``alpkey completion``."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print what has a shell complete Alpkey's commands and options.

    The .deb and .rpm bring it along.  Otherwise it goes where the shell looks for completions, or
    into its start-up file.

    \b
    Examples:
      alpkey completion fish > ~/.config/fish/completions/alpkey.fish
      eval "$(alpkey completion bash)"
    """
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(context.find_root().command, {}, "alpkey", "_ALPKEY_COMPLETE").source())
