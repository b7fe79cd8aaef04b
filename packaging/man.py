"""man.py FILE: the manual page, made from what ``--help`` says."""

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from inspect import cleandoc
from pathlib import Path

import click

from alpkey import __version__
from alpkey.cli.main import alpkey

# As docs/manual.md has them: tests/packaging/test_man.py compares the two.
EXIT_STATUS: Mapping[str, str] = {
    "0": "done",
    "1": "a bug in Alpkey; it wrote a report that contains nothing you typed",
    "2": "the command or its input is wrong; nothing was sent",
    "3": "sign-in or passphrase refused",
    "4": "no key left for today",
    "5": "network, service, node, local port, or a lock that another Alpkey holds",
    "6": "no key, or nothing to import",
    "7": "the key has expired",
    "8": "the key expires soon (alpkey status only)",
    "9": "files, key pair or answer that must not be used",
    "10": "cancelled, or a question that could not be asked",
    "11": "the ssh agent, or the keychain",
    "12": "only the browser sign-in is left",
    "13": "the doctor found something that blocks a login",
}
FILES: Mapping[str, str] = {
    "~/.ssh/cscs-key, ~/.ssh/cscs-key-cert.pub": "The private key and its certificate.",
    "~/.ssh/alpkey/": "What Alpkey adds to your ssh configuration, by an Include line.",
    "~/.config/alpkey/config.toml": "Your settings.",
    "~/.local/state/alpkey/": "The journal of renewals, tunnels, and backups of changed files.",
    "/etc/alpkey/policy.toml": "Settings that an organisation manages.",
}
ENVIRONMENT: Mapping[str, str] = {
    "ALPKEY_HOME": "A folder in which everything above lies instead, for tests and the demo.",
    "HTTPS_PROXY, NO_PROXY": "The proxy for requests to the service, and hosts without one.",
    "SSH_AUTH_SOCK": "The ssh agent that gets the key.",
}


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
        ".SH EXIT STATUS",
        *_terms(EXIT_STATUS),
        ".SH FILES",
        *_terms(FILES),
        ".SH ENVIRONMENT",
        *_terms(ENVIRONMENT),
        ".SH SEE ALSO",
        ".BR ssh (1), ssh\\-add (1), ssh\\-agent (1), ssh\\-keygen (1), ssh_config (5)",
    ]
    return "\n".join(lines) + "\n"


def _terms(terms: Mapping[str, str]) -> Iterator[str]:
    for term, meaning in terms.items():
        yield from (".TP", f"\\fB{_plain(term)}\\fR", _plain(meaning))


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
