"""The manual page has the sections that man-pages(7) names, and says what the manual says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from alpkey.core import errors
from alpkey.core.paths import user_paths
from alpkey.core.site import Site
from tests.core.sites import site

ROOT = Path(__file__).parents[2]


@pytest.fixture
def man() -> ModuleType:
    spec = importlib.util.spec_from_file_location("man", ROOT / "packaging/man.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_its_sections(man: ModuleType) -> None:
    sections = re.findall(r"^\.SH (.+)$", man.page("2026-12-01"), re.MULTILINE)
    assert sections == [
        *("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS"),
        *("EXIT STATUS", "FILES", "ENVIRONMENT", "SEE ALSO"),
    ]


def test_exit_codes_are_those_of_the_manual(man: ModuleType) -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", (ROOT / "docs/manual.md").read_text(), re.MULTILINE)
    assert {code: meaning.replace("`", "") for code, meaning in rows} == man.EXIT_STATUS


def test_every_exit_code_of_an_error_is_there(man: ModuleType) -> None:
    kinds = errors.AlpkeyError.__subclasses__()
    assert {str(kind.exit_code) for kind in kinds} <= set(man.EXIT_STATUS)
    assert len(kinds) > 5


def test_the_files_are_where_it_says(man: ModuleType) -> None:
    shipped: Site = site()
    paths = user_paths()
    text = " ".join(man.FILES)
    assert paths.settings.name in text
    assert paths.private_key(shipped.key_file).name in text
