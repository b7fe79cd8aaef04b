"""What the app for macOS is made of, judged by the headers of its libraries: no Mac is needed.

The bindings of PySide6 carry the version of the SDK that they were built with; the loader does not
look at that, and the Qt below them is for the version that their wheel announces.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from macholib.mach_o import CPU_TYPE_NAMES, LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX
from macholib.MachO import MachO
from trim import belongs

from alpkey.core.desktop.macos import OLDEST_MACOS
from tests.installers.conftest import ROOT

OLDEST = tuple(int(part) for part in OLDEST_MACOS.split("."))
PLATFORM = f"macosx_{'_'.join(OLDEST_MACOS.split('.'))}_arm64"
LIBRARY = re.compile(r"\.(so|dylib)$|\.framework/Versions/[^/]+/[^/.]+$")
BINDING = re.compile(r"^(PySide6|shiboken6)/[^/]+\.(so|dylib)$")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those that a Mac would be given for the lock, by hash."""
    folder = tmp_path_factory.mktemp("wheels")
    lock = ROOT / "packaging/locks/run.txt"
    abis = [f"--abi={name}" for name in ("cp311", "abi3", "none")]
    for_a_mac = ["--implementation=cp", "--python-version=3.11", f"--platform={PLATFORM}", *abis]
    by_hash = ["--only-binary=:all:", "--require-hashes", "--requirement", str(lock)]
    command = ["download", "--quiet", *for_a_mac, *by_hash, "--dest", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def libraries(wheels: Path, folder: Path) -> Iterator[tuple[str, MachO]]:
    for wheel in wheels.glob("*-macosx_*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            carried = (name for name in packed.namelist() if belongs(name, macos=True))
            for name in filter(LIBRARY.search, carried):
                yield name, MachO(packed.extract(name, folder))


def test_every_library_runs_where_we_say(wheels: Path, tmp_path: Path) -> None:
    seen = 0
    for name, library in libraries(wheels, tmp_path):
        kinds = {CPU_TYPE_NAMES.get(head.header.cputype): head for head in library.headers}
        assert "ARM64" in kinds, name
        seen += 1
        if not BINDING.match(name):
            assert _oldest(kinds["ARM64"]) <= OLDEST, name
    assert seen > 100


def _oldest(header: object) -> tuple[int, int]:
    for load, command, _ in header.commands:  # type: ignore[attr-defined]
        if load.cmd in (LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX):
            packed = int(command.minos if load.cmd == LC_BUILD_VERSION else command.version)
            return packed >> 16, packed >> 8 & 0xFF
    raise AssertionError("it does not say for which macOS it is")
