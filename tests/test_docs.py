"""The README and the pages in docs/: commands that work, links that lead somewhere, plain words."""

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from alpkey.cli.main import alpkey
from alpkey.core.paths import APP_ID
from alpkey.core.settings.settings import Setting, declared
from alpkey_sandbox.__main__ import _parser
from tests.centre import Home, centre, home, running_centre

__all__ = ["centre", "home", "running_centre"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = {str(page.relative_to(ROOT)): page.read_text() for page in (README, *DOCS)}

HEAD = "| setting | default | meaning |\n|---|---|---|\n"
BLOCK_LINE = re.compile(r"^ {4}(?: {3})?(\S.*)$", re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`]+)`")
SUBSTITUTION = re.compile(r"\$\((alpkey [^)]*)\)")
LINK = re.compile(r"\]\(([^)]+)\)")
# Commands that change nothing in a home with a valid key: their first words, and their exit code.
HARMLESS: Mapping[str, int] = {
    "alpkey --help": 0,
    "alpkey agent list": 11,  # there is no agent
    "alpkey completion": 0,
    "alpkey config check": 0,
    "alpkey config diff": 0,
    "alpkey config show": 0,
    "alpkey connect daint --check": 0,
    "alpkey connect daint --here": 0,
    "alpkey connect daint --print": 0,
    "alpkey doctor": 0,
    "alpkey ensure": 0,
    "alpkey hosts list": 0,
    "alpkey jobs daint": 0,
    "alpkey prompt": 0,
    "alpkey renew --if-needed": 0,
    "alpkey settings --origin": 0,
    "alpkey settings get": 0,
    "alpkey status": 0,
    "alpkey tunnel list": 0,
    "alpkey tunnel open daint nid006554 8888 --print": 0,
}


def code_in(text: str) -> list[str]:
    """What stands in a page's blocks of code, line by line, and in code within its sentences."""
    return [*BLOCK_LINE.findall(text), *CODE_SPAN.findall(text)]


def commands(text: str) -> Iterator[str]:
    """Every command of Alpkey in a page, without its comment."""
    for code in code_in(text):
        for command in SUBSTITUTION.findall(code) or [code]:
            if command == "alpkey" or command.startswith("alpkey "):
                yield shlex.join(shlex.split(command, comments=True))


SHOWN = sorted({command for text in PAGES.values() for command in commands(text)})


def parsed(command: str) -> tuple[str, ...]:
    """The names on the path to this command. Raise click.UsageError if it is invalid."""
    arguments = shlex.split(command)[1:]
    if not arguments:
        return ()
    current: click.Command = alpkey
    context: click.Context | None = None
    path: list[str] = []
    while True:
        try:
            context = current.make_context(current.name, list(arguments), parent=context)
        except click.exceptions.Exit:  # --help
            return tuple(path)
        if path == ["sandbox"]:
            _parser().parse_args(arguments)
        rest = [*context._protected_args, *context.args]
        if not isinstance(current, click.Group) or not rest:
            return tuple(path)
        name, found, arguments = current.resolve_command(context, rest)
        assert name is not None
        assert found is not None
        path.append(name)
        current = found


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        elif not command.hidden:
            yield (*path, name)


@pytest.mark.parametrize("command", SHOWN)
def test_a_shown_command_is_valid(command: str) -> None:
    parsed(command)


@pytest.mark.parametrize(
    "command",
    [
        "alpkey reknew",
        "alpkey renew --brwoser",
        "alpkey connect",
        "alpkey tunnel open daint",
        "alpkey completion csh",
        "alpkey config",
        "alpkey jobs cancel daint",
        "alpkey window nothing",
    ],
)
def test_an_invalid_command_is_found(command: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(command)


def test_every_command_is_shown_in_the_manual() -> None:
    shown = {parsed(command) for command in SHOWN}
    assert set(leaves(alpkey)) - shown == set()


def test_harmless_commands_work(home: Home) -> None:
    assert home.renew()[0] == 0
    expected = {
        command: code
        for prefix, code in HARMLESS.items()
        for command in SHOWN
        if command == prefix or command.startswith((f"{prefix} ", f"{prefix}="))
    } | {"alpkey settings": 0}
    for prefix in HARMLESS:
        assert any(command.startswith(prefix) for command in SHOWN), prefix
    found, errors = {}, {}
    for command in expected:
        done = home.run(*shlex.split(command)[1:])
        found[command], errors[command] = done.returncode, done.stderr
    assert found == expected, errors


def test_the_source_distribution_has_the_pages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"docs", "*.md"} <= set(included)


def test_the_make_targets_exist() -> None:
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    code = [
        c for text in PAGES.values() for c in (*BLOCK_LINE.findall(text), *CODE_SPAN.findall(text))
    ]
    named = {shlex.split(c, comments=True)[1] for c in code if c.startswith("make ")}
    assert {"demo", "installers"} <= named
    assert named <= set(rules)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    for target in LINK.findall(PAGES[page]):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_the_readme_links_each_page_once() -> None:
    linked = [target for target in LINK.findall(PAGES["README.md"]) if target.startswith("docs/")]
    assert sorted(linked) == [str(page.relative_to(ROOT)) for page in DOCS]


def test_the_readme_is_one_page() -> None:
    assert len(PAGES["README.md"].split()) <= 700


def row(setting: Setting) -> str:
    """A line of the table."""
    default = setting.kind.text(setting.default)
    shown = f"`{default}`" if default else ""
    return f"| `{setting.key}` | {shown} | {setting.label}: {setting.help} |"


def settings_table() -> str:
    return "\n".join(row(setting) for setting in declared().values())


def test_the_table_of_settings_is_the_declaration() -> None:
    table = PAGES["docs/manual.md"].partition(HEAD)[2].partition("\n\n")[0]
    assert table.splitlines() == settings_table().splitlines()


def test_the_name_for_managed_preferences_is_the_application_id() -> None:
    assert f"`{APP_ID}`" in PAGES["docs/administrators.md"]
