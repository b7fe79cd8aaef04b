"""The house as a person and a shell prompt meet it: help with examples, a light glance."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import alpkey
from alpkey.cli.main import alpkey as door

SOURCES = str(Path(alpkey.__file__).parents[1])
HEAVY = {"PySide6", "click", "cryptography", "keyring", "requests"}


def _commands(command: click.Command, name: str = "alpkey") -> Iterator[tuple[str, click.Command]]:
    """Each command by its whole name; of groups only the commands in them."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for below in command.list_commands(context):
        found = command.get_command(context, below)
        assert found, below
        yield from _commands(found, f"{name} {below}")


COMMANDS = dict(_commands(door))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    command = COMMANDS[name]
    shown = command.get_help(click.Context(command))
    assert "Example" in shown
    assert f"\n    {name}" in shown


def test_a_glance_imports_the_standard_library_only() -> None:
    """The line in a shell prompt waits for it."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, alpkey.glance; print(*sys.modules)"],
        env={"PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "alpkey.glance" in told
    assert {name.partition(".")[0] for name in told} & HEAVY == set()


def test_a_tray_loads_no_message_bus_before_a_reminder_is_due() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, alpkey.desktop.tray.app; print(*sys.modules)"],
        env={"PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "alpkey.desktop.tray.menu" in told
    assert {name.partition(".")[0] for name in told} & (
        (HEAVY | {"jeepney"}) - {"PySide6"}
    ) == set()
