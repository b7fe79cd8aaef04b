"""The current state has the user's site and settings, or the shipped ones and a reason."""

import pytest

from alpkey import glance
from alpkey.core.paths import Paths, user_paths
from alpkey.desktop import current_state
from tests.core.sites import site


@pytest.fixture
def at() -> Paths:
    found = user_paths()
    found.config.mkdir(parents=True)
    return found


def test_it_has_the_users_settings(at: Paths) -> None:
    first, *others = [host.name for host in site().clusters]
    at.settings.write_text(f'icon = "ring"\nclusters = {{ {first} = false }}\n')
    seen = current_state.take(at)
    assert seen.site
    assert [host.name for host in seen.site.clusters] == others
    assert (seen.snapshot is not None, seen.settings.icon) == (True, "ring")


def test_settings_that_cannot_be_read_hide_no_cluster(at: Paths) -> None:
    at.settings.write_text("not toml [")
    seen = current_state.take(at)
    assert seen.snapshot is None
    assert str(at.settings) in seen.trouble
    assert seen.site == glance.shipped_site(at)


def test_a_site_that_cannot_be_read_is_none(at: Paths) -> None:
    at.site.write_text("not toml [")
    assert current_state.take(at).site is None
