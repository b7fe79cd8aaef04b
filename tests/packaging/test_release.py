"""What a release is made of: its notes, and the recipes for Homebrew."""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from release_notes import CHANGELOG, notes

import alpkey
from alpkey.core.desktop.macos import OLDEST_MACOS
from alpkey.core.paths import APP_ID

ROOT = Path(__file__).parents[2]
TEXT = (
    "# Changes\n\n## Unreleased\n\n- new\n\n## 0.2.0 - 2026-12-01\n\n- two\n\n## 0.1.0\n\n- one\n"
)


@pytest.mark.parametrize(
    ("version", "wanted"), [("Unreleased", "- new\n"), ("0.2.0", "- two\n"), ("0.1.0", "- one\n")]
)
def test_the_notes_are_those_of_the_version(version: str, wanted: str) -> None:
    assert notes(TEXT, version) == wanted


@pytest.mark.parametrize("version", ["0.3.0", "0.2", "0x1.0"])
def test_a_version_without_notes_is_no_release(version: str) -> None:
    with pytest.raises(LookupError):
        notes(TEXT, version)


def test_our_own_can_be_read() -> None:
    assert "### Added" in notes(CHANGELOG.read_text(), "Unreleased")


PAGE = "https://github.com/someone/alpkey"


def fill(folder: Path, home_page: str) -> str:
    """Writes the recipes for what lies in ``folder``, as if the project's page were this."""
    with tempfile.TemporaryDirectory() as made:
        shutil.copytree(ROOT / "packaging", Path(made, "packaging"))
        facts = Path(made, "app/alpkey/__init__.py")
        facts.parent.mkdir(parents=True)
        facts.write_text(f'__version__ = "{alpkey.__version__}"\nHOME_PAGE = "{home_page}"\n')
        script = Path(made, "packaging/macos/homebrew.sh")
        done = subprocess.run(
            ["sh", script, str(folder)], check=True, capture_output=True, text=True
        )
    return done.stderr


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    for name in (f"alpkey-{alpkey.__version__}.tar.gz", f"Alpkey-{alpkey.__version__}-arm64.dmg"):
        (tmp_path / name).write_text(name)
    fill(tmp_path, PAGE)
    return tmp_path


@pytest.mark.parametrize(
    ("recipe", "package"),
    [("alpkey.rb", "alpkey-{}.tar.gz"), ("alpkey-cask.rb", "Alpkey-{}-arm64.dmg")],
)
def test_a_recipe_names_what_was_built(recipes: Path, recipe: str, package: str) -> None:
    text = (recipes / recipe).read_text()
    built = recipes / package.format(alpkey.__version__)
    assert hashlib.sha256(built.read_bytes()).hexdigest() in text
    assert alpkey.__version__ in text
    assert f'homepage "{PAGE}"' in text
    assert f'url "{PAGE}/releases/download/v' in text
    assert "@" not in text.replace("python@3.13", "")
    assert {"13.0": "ventura"}[OLDEST_MACOS] in text
    if ruby := shutil.which("ruby"):
        subprocess.run([ruby, "-c", recipes / recipe], check=True, capture_output=True)


def test_without_a_page_of_the_project_there_is_no_recipe(tmp_path: Path) -> None:
    (tmp_path / f"alpkey-{alpkey.__version__}.tar.gz").touch()
    assert "has no page" in fill(tmp_path, "")
    assert not (tmp_path / "alpkey.rb").exists()


def test_no_file_names_a_page_that_is_not_the_projects() -> None:
    """It could be registered by anyone, who would then answer for Alpkey."""
    sources = [*ROOT.glob("packaging/**/*"), *ROOT.glob("resources/**/*"), *ROOT.glob("app/**/*")]
    named = [
        path
        for path in sources
        if path.is_file()
        and re.search(rb"github(usercontent)?\.com/(repos/)?alpkey", path.read_bytes())
    ]
    assert not named or alpkey.HOME_PAGE


def test_the_cask_ends_what_the_program_starts(recipes: Path) -> None:
    text = (recipes / "alpkey-cask.rb").read_text()
    assert f'launchctl: "{APP_ID}"' in text
    assert '"uninstall", "--yes"' in text


def test_the_notes_are_printed_or_refused() -> None:
    script = [sys.executable, ROOT / "packaging/release_notes.py"]
    assert subprocess.run([*script, "Unreleased"], check=False, capture_output=True).returncode == 0
    refused = subprocess.run([*script, "9.9.9"], check=False, capture_output=True, text=True)
    assert (refused.returncode, "9.9.9" in refused.stderr) == (1, True)
