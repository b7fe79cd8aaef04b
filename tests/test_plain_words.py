"""Plain words in all that people read: pages, messages, help texts, windows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_docs import BLOCK_LINE, CODE_SPAN, PAGES, ROOT

RARE_WORDS = re.compile(
    r"\b(whoever|nobody|mend(s|ed|ing)?|told|tells?|wish(es|ed)?|deeds?|ours|theirs"
    r"|runs? out|ran out|of (no )?use|vouch\w*|swallow\w*|all the same|anew|made out to"
    r"|living keys?|kept|user name|stands? in the way)\b",
    re.IGNORECASE,
)
PROGRAM = ROOT / "app"
# Code within a sentence: a name to be filled in, and a fix by its name.
CODE = re.compile(r"\{\w+\}|--fix \S+")
COMMAND = re.compile(r"\b(command|group)\b")
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def rare(text: str) -> list[str]:
    return [match.group() for match in RARE_WORDS.finditer(CODE.sub("", text))]


def prose(text: str) -> str:
    """A page without code, with the comments in its blocks of code."""
    text = BLOCK_LINE.sub(lambda line: line[1].partition(" # ")[2], text)
    return CODE_SPAN.sub("", text)


def sentences(source: str) -> Iterator[str]:
    """Every string of more than one word, but the docstrings that are for developers.

    That of a command is its help text.
    """
    tree = ast.parse(source)
    for_developers = {id(text) for text in _bare_strings(tree)} - {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(COMMAND.search(ast.unparse(decorator)) for decorator in node.decorator_list)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and " " in text and id(node) not in for_developers:
            yield text


def _bare_strings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, Documented):
            yield from (line.value for line in node.body if isinstance(line, ast.Expr))


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "SECURITY.md"])
def test_pages(page: str) -> None:
    assert rare(prose((ROOT / page).read_text())) == []


@pytest.mark.parametrize(
    "file",
    sorted(PROGRAM.rglob("*.py")),
    ids=lambda file: str(file.relative_to(PROGRAM)),
)
def test_the_program(file: Path) -> None:
    assert [text for text in sentences(file.read_text()) if rare(text)] == []


def test_rare_words_are_found_in_sentences_and_comments() -> None:
    assert rare(prose("It tells\n`told`\n\n    alpkey told  # nobody\n")) == ["tells", "nobody"]


def test_help_and_messages_are_read_and_notes_for_developers_are_not() -> None:
    source = '''
"""A module told."""
@command
def run():
    """Mend it now."""
def helper():
    """It is told."""
    return say("It is told to {theirs}.")
'''
    assert list(sentences(source)) == ["Mend it now.", "It is told to {theirs}."]
