"""The shipped site, for tests of pure code."""

import tomllib
from dataclasses import replace
from pathlib import Path

from alpkey.core.site import SignInMethod, Site, read_site

FILE = Path(__file__).parents[2] / "resources/sites/cscs.toml"


def site() -> Site:
    return read_site(tomllib.loads(FILE.read_text()))


def site_taking(*methods: SignInMethod) -> Site:
    """The same, where the gateway's provider is signed in to by these."""
    at = site()
    assert at.openid
    return replace(at, openid=replace(at.openid, methods=methods))
