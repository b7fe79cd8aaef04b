"""``alpkey prompt``."""

import shlex

import click

from alpkey.core.paths import user_paths
from alpkey.glance import resources

SHELLS = ("bash", "zsh", "fish")


@click.command("prompt")
@click.argument("shell", type=click.Choice(SHELLS))
def prompt_command(shell: str) -> None:
    """Print a shell function for your prompt: alpkey_prompt.

    It shows the time left and the day's free keys, as 13h42m 3/5, coloured by state (not where
    NO_COLOR is set).  It reads one small file and starts no process.

    \b
    Examples:
      alpkey prompt bash
      eval "$(alpkey prompt bash)"; PS1='$(alpkey_prompt) \\w \\$ '
      eval "$(alpkey prompt zsh)"; setopt prompt_subst; PROMPT='$(alpkey_prompt) %~ %# '
      alpkey prompt fish | source      # then call alpkey_prompt in fish_prompt
    """
    click.echo(function(shell), nl=False)


def function(shell: str) -> str:
    """The text that defines ``alpkey_prompt`` in one of ``SHELLS``, for this user's home."""
    template = (resources() / "prompt" / f"alpkey.{shell}").read_text(encoding="utf-8")
    path = str(user_paths().look_file)
    return template.replace("@LOOK@", _fish_quoted(path) if shell == "fish" else shlex.quote(path))


def _fish_quoted(text: str) -> str:
    r"""In single quotes, where fish reads only ``\\`` and ``\'`` (fish language, Quotes)."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
