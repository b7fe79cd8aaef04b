"""The locks: they hold what the project asks for, by hash, and name no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "packaging/locks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    "run": PROJECT["dependencies"],
    "bundle": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["bundle"],
    "dev": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"][1:],
}


def locked(name: str) -> dict[str, list[str]]:
    """Each package with its versions: two where markers tell them apart."""
    found: dict[str, list[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)==([\w.+!]+)", (LOCKS / f"{name}.txt").read_text(), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(package), []).append(version)
    return found


@pytest.mark.parametrize("name", WANTED)
def test_all_that_is_asked_for_is_locked(name: str) -> None:
    found = locked(name)
    for line in WANTED[name]:
        wanted = Requirement(line)
        versions = found.get(canonicalize_name(wanted.name), [])
        fits = any(wanted.specifier.contains(version) for version in versions)
        assert fits, f"make locks: {line}"


@pytest.mark.parametrize("name", WANTED)
def test_every_package_has_a_hash_and_no_place(name: str) -> None:
    text = (LOCKS / f"{name}.txt").read_text()
    assert re.search(r"https?:|--(extra-)?index|--find-links", text) is None
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block


def test_development_is_installed_from_its_lock_and_from_nothing_else() -> None:
    """Every call of pip for .venv checks hashes, or fetches nothing at all."""
    setup = (ROOT / "tools/setup.sh").read_text().replace("\\\n", " ")
    body = setup.partition("make_environment() {")[2].partition("\n}\n")[0]
    calls = [line for line in body.splitlines() if "pip install" in line]
    assert len(calls) == 2
    for call in calls:
        assert "--require-hashes" in call or {"--no-deps", "--no-build-isolation"} < set(
            call.split()
        )
    assert "cmp -s packaging/locks/dev.txt" in body
    assert locked("dev").keys() >= {"hatchling", "pip", "vulture"}


@pytest.mark.parametrize("name", ["bundle", "dev"])
def test_what_runs_is_the_same_everywhere(name: str) -> None:
    assert locked("run").items() <= locked(name).items()
