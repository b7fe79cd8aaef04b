"""The house as its users and a shell prompt meet it, and the sizes that its rooms keep to."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

import alpkey
from alpkey.cli.main import alpkey as door
from alpkey.core.doctor.diagnosis import CHECKS

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


HOUSE = Path(SOURCES)
MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_CLASS = 400
MOST_MODULES_OF_A_FOLDER = 40


def _too_large(sizes: Mapping[str, int], limit: int) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > limit}


def _sources() -> list[Path]:
    found = sorted(HOUSE.glob("alpkey*/**/*.py"))
    assert len(found) > 100
    return found


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(HOUSE)): len(path.read_text().splitlines()) for path in _sources()
    }
    assert _too_large(lengths, MOST_LINES_OF_A_FILE) == {}


def test_no_class_is_too_long_to_read() -> None:
    lengths = {
        f"{path.relative_to(HOUSE)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    assert _too_large(lengths, MOST_LINES_OF_A_CLASS) == {}


def test_no_folder_is_too_full_to_find_anything() -> None:
    counts = Counter(str(path.parent.relative_to(HOUSE)) for path in _sources())
    assert _too_large(counts, MOST_MODULES_OF_A_FOLDER) == {}


COMMANDS = dict(_commands(door))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example(name: str) -> None:
    command = COMMANDS[name]
    shown = command.get_help(click.Context(command))
    assert "Example" in shown
    assert f"\n    {name}" in shown


def modules(*imported: str) -> set[str]:
    """What is loaded once these are."""
    program = f"import sys, {', '.join(imported)}; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    environ = {"PYTHONPATH": SOURCES}
    return set(
        subprocess.run(
            command, env=environ, capture_output=True, text=True, check=True
        ).stdout.split()
    )


def packages(loaded: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in loaded}


def test_a_glance_imports_the_standard_library_only() -> None:
    """The line in a shell prompt waits for it."""
    assert packages(modules("alpkey.glance")) & HEAVY == set()


def test_the_icon_comes_before_all_that_follows_it() -> None:
    told = modules("alpkey.desktop.tray.app")
    assert "alpkey.desktop.drawing" in told
    assert told & {"alpkey.glance", "alpkey.core.messages", "alpkey.desktop.current_state"} == set()


def test_the_words_of_errors_are_loaded_only_for_an_error() -> None:
    loaded = modules("alpkey.glance", "alpkey.desktop.tray.controller", "alpkey.cli.status")
    assert "alpkey.core.messages.describe" in loaded
    assert "alpkey.core.messages.errors" not in loaded


def test_a_tray_loads_no_message_bus_before_a_reminder_is_due() -> None:
    told = modules("alpkey.desktop.tray.app", "alpkey.desktop.tray.controller")
    assert packages(told) & ((HEAVY | {"jeepney"}) - {"PySide6"}) == set()


ON_REAL_SET_UPS = (
    "e2e/test_doctor*.py",
    "e2e/test_key_elsewhere.py",
    "e2e/test_own_agent.py",
    "netns/test_doctor.py",
)


@pytest.mark.parametrize("name", [check.id for check in CHECKS])
def test_every_finding_is_met_on_a_real_set_up(name: str) -> None:
    """A check that is declared is no check before something was broken in exactly that way."""
    here = Path(__file__).parent
    tests = [path.read_text() for pattern in ON_REAL_SET_UPS for path in here.glob(pattern)]
    assert any(f'"{name}"' in text for text in tests), "no such test of the doctor names it"
