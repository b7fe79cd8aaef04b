"""man.py FILE: the manual page, made from what ``--help`` says."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import cleandoc
from pathlib import Path

import click

from alpkey import __version__
from alpkey.cli.main import alpkey


def page(date: str) -> str:
    """The page in the language of man(7)."""
    context = click.Context(alpkey, info_name="alpkey", **alpkey.context_settings)
    lines = [
        f'.TH ALPKEY 1 "{date}" "Alpkey {__version__}" "User Commands"',
        ".SH NAME",
        "alpkey \\- keeps a scientist's CSCS key fresh",
        ".SH SYNOPSIS",
        ".B alpkey",
        ".RI [ command ]",
        ".SH DESCRIPTION",
        *_prose(alpkey.help),
        *_options(alpkey, context),
        ".SH COMMANDS",
        *_commands(alpkey, context),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, above: click.Context) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, parent=above, info_name=name)
        if isinstance(command, click.Group):
            yield from _commands(command, context)
            continue
        usage = " ".join(command.collect_usage_pieces(context))
        yield f'.SS "{_plain(f"{context.command_path} {usage}")}"'
        yield from _prose(command.help)
        yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and parameter.name != "help":
            name, meaning = record
            yield from (".TP", f"\\fB{_plain(name)}\\fR", _plain(meaning))


def _prose(text: str | None) -> Iterator[str]:
    """Paragraphs; click's mark for "leave the lines alone" is a line with a backspace."""
    for paragraph in cleandoc(text or "").split("\n\n"):
        yield ".PP"
        if paragraph.startswith("\b\n"):
            yield from (".nf", _plain(paragraph.removeprefix("\b\n")), ".fi")
        else:
            yield _plain(paragraph)


def _plain(text: str) -> str:
    """Text that says itself: no escapes, no requests at the head of a line."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").splitlines()
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in lines)


if __name__ == "__main__":
    moment = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    Path(sys.argv[1]).write_text(page(f"{moment:%Y-%m-%d}"))
