"""The same commit, built again elsewhere by somebody else, is the same files."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installers.conftest import ROOT

FORMS = ("deb", "rpm", "run")
SETS_UP_AND_BUILDS = f"""
umask 077
sh tools/setup.sh installers
sh packaging/build.sh {" ".join(FORMS)}
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in a folder of another name, with tools that were installed there, for one's own eyes.

    Scripts of an environment name its folder in their first line, so this one has its own.
    """
    folder = tmp_path_factory.mktemp("somewhere") / "a-folder-of-another-name"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    environ = {**os.environ, "HOME": str(folder.parent)}
    subprocess.run(["sh", "-ec", SETS_UP_AND_BUILDS], cwd=folder, env=environ, check=True)
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_built_in_two_folders_it_has_the_same_bytes(
    form: str, built: Callable[[str], Path], elsewhere: Path
) -> None:
    (second,) = (elsewhere / "dist").glob(f"alpkey[-_]*.{form}")
    assert second.read_bytes() == built(form).read_bytes()
