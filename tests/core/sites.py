"""The shipped site, for tests of pure code."""

import tomllib
from pathlib import Path

from alpkey.core.site import Site, read_site

FILE = Path(__file__).parents[2] / "resources/sites/cscs.toml"


def site() -> Site:
    return read_site(tomllib.loads(FILE.read_text()))
