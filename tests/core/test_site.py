"""A site, and the clusters that a person wants of it."""

from alpkey.core.site import Host, with_clusters
from tests.core.sites import site


def names(**wanted: bool) -> list[str]:
    return [host.name for host in with_clusters(site(), wanted.items()).clusters]


def test_what_is_wanted_is_shown_and_hidden() -> None:
    assert names() == ["daint", "santis", "clariden"]
    assert names(eiger=True, santis=False) == ["daint", "clariden", "eiger"]


def test_one_of_the_persons_own_goes_through_the_jump_host() -> None:
    found = with_clusters(site(), [("mine", "login.example.org")])
    assert found.host("mine") == Host("mine", "login.example.org", jump="ela", shown=True)
    assert found.clusters[-1].name == "mine"


def test_what_the_site_knows_no_longer_does_no_harm() -> None:
    assert names(gone=True, lost=False) == ["daint", "santis", "clariden"]


def test_the_jump_host_stays_as_it_is() -> None:
    for what in ("elsewhere.example.org", True):
        assert with_clusters(site(), [("ela", what)]) == site()
