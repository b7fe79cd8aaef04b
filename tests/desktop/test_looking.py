"""A look for the screen has the person's site and settings, or the shipped ones and a reason."""

import pytest

from alpkey import glance
from alpkey.core.places import Places, own_places
from alpkey.desktop import looking


@pytest.fixture
def at() -> Places:
    found = own_places()
    found.config.mkdir(parents=True)
    return found


def test_it_knows_what_the_person_wants(at: Places) -> None:
    at.settings.write_text('icon = "ring"\nclusters = { daint = false }\n')
    seen = looking.take(at)
    assert seen.site
    assert [host.name for host in seen.site.clusters] == ["santis", "clariden"]
    assert (seen.look is not None, seen.settings.icon) == (True, "ring")


def test_settings_that_cannot_be_read_hide_no_cluster(at: Places) -> None:
    at.settings.write_text("not toml [")
    seen = looking.take(at)
    assert seen.look is None
    assert str(at.settings) in seen.trouble
    assert seen.site == glance.shipped_site(at)


def test_a_site_that_cannot_be_read_is_none(at: Places) -> None:
    at.site.write_text("not toml [")
    assert looking.take(at).site is None
