"""``alpkey --help`` in its groups, and what an unknown command is answered."""

import re

import click
import pytest
from click.testing import CliRunner

from alpkey.cli.main import alpkey


def test_help_shows_every_command_once_in_four_groups() -> None:
    shown = CliRunner().invoke(alpkey, ["--help"]).output
    groups = re.findall(r"^(\w+):$", shown, re.MULTILINE)
    assert groups == ["Options", "Key", "Connect", "Setup", "Repair"]
    commands = re.findall(r"^  ([a-z-]+) {2,}\S", shown.partition("\nKey:")[2], re.MULTILINE)
    assert commands == alpkey.list_commands(click.Context(alpkey))
    assert len(set(commands)) == len(commands)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reknew", "Did you mean 'renew'?"),
        ("docter", "Did you mean 'doctor'?"),
        ("conect", "Did you mean 'connect' or 'disconnect'?"),
        ("signout", "Did you mean 'sign-out'?"),
    ],
)
def test_an_unknown_command_is_answered_with_similar_ones(typed: str, meant: str) -> None:
    done = CliRunner().invoke(alpkey, [typed])
    assert done.exit_code == 2
    assert f"No such command '{typed}'. {meant}" in done.output


def test_a_command_like_no_other_gets_no_suggestion() -> None:
    done = CliRunner().invoke(alpkey, ["xyzzy"])
    assert done.exit_code == 2
    assert "Did you mean" not in done.output
