"""What the bundle is made of besides Alpkey: Python packages, and libraries of the build system."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

HERE = Path(__file__).parent
COLLECTED = HERE.parent / "build/frozen/collected.json"


@dataclass(frozen=True, slots=True, order=True)
class SystemPackage:
    """A package of the build system that libraries in the bundle came from."""

    name: str
    version: str

    @property
    def copyright(self) -> Path:
        return Path("/usr/share/doc") / self.name / "copyright"


def python_packages() -> Iterator[Distribution]:
    """The packages of the lock for run time that this platform has, by name."""
    lock = (HERE / "locks/run.txt").read_text()
    for name in sorted(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)):
        try:
            yield distribution(name)
        except PackageNotFoundError:  # of another platform or another Python
            continue


def system_packages(collected: Path = COLLECTED) -> list[SystemPackage]:
    """The Debian packages of what was collected from the system; none where dpkg knows none."""
    paths = [source for _, source in json.loads(collected.read_text())]
    found = set()
    for path in paths:
        if name := _owner(path):
            found.add(SystemPackage(name, _dpkg("dpkg-query", "-W", "-f", "${Version}", name)))
    return sorted(found)


def _owner(path: str) -> str | None:
    # Where /lib is a link into /usr, dpkg may know a file by either name.
    for known_as in (path, path.removeprefix("/usr")):
        if owner := _dpkg("dpkg", "-S", known_as):
            return owner.partition(":")[0]
    return None


def _dpkg(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
