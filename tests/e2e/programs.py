"""What a program finds on its PATH."""

from collections.abc import Container
from pathlib import Path


def all_but(missing: Container[str], folder: Path) -> Path:
    """A folder with everything that is installed but the programs of these names."""
    folder.mkdir()
    for program in Path("/usr/bin").iterdir():
        if program.name not in missing:
            (folder / program.name).symlink_to(program)
    return folder
