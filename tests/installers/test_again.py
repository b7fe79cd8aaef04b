"""The same commit, built again elsewhere, is the same file."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.installers.conftest import ROOT


def test_the_deb_built_twice_has_the_same_bytes(
    built: Callable[[str], Path], tmp_path: Path
) -> None:
    again = tmp_path / "again"
    subprocess.run(["git", "clone", "--quiet", ROOT, again], check=True)
    (again / ".venv-bundle").symlink_to(ROOT / ".venv-bundle")
    environ = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run(["sh", "packaging/build.sh", "deb"], cwd=again, env=environ, check=True)
    (second,) = (again / "dist").glob("*.deb")
    assert second.read_bytes() == built("deb").read_bytes()
