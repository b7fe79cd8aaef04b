"""Host keys: which are shown, which are accepted with or without a question, and which never."""

from dataclasses import replace
from pathlib import Path

import pytest

from alpkey.actions.ssh.hosts import TOUCHED, HostsWorld, accept, list_hosts
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile, InvalidInput
from alpkey.core.site import Site
from alpkey.core.ssh.host_keys import HostKey
from tests.actions.worlds import Fakes, play
from tests.contracts.fakes import FakeExternalChanges
from tests.contracts.fakes_ssh import FakeHostKeys, FakeKnownHosts, FakeOwnConfig
from tests.core.sites import site

OLD = b"github.com ssh-ed25519 AAAA"
YES = {"host": True}


class Desk:
    """A user who never met any host of the centre."""

    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.site: Site = site()
        self.known_hosts = FakeKnownHosts(OLD)
        self.changes = FakeExternalChanges()
        presented = {
            host.name: HostKey("ssh-ed25519", f"SHA256:{host.name}") for host in self.site.hosts
        }
        jumps = {host.name: host.jump for host in self.site.hosts if host.jump}
        self.keys = FakeHostKeys(presented, self.known_hosts, jumps)

    @property
    def world(self) -> HostsWorld:
        return HostsWorld(
            site=self.site,
            snapshot=self.fakes.snapshot,
            write_config=FakeOwnConfig().write,
            keys=self.keys,
            known_hosts=self.known_hosts,
            lock=self.fakes.lock,
            external_changes=self.changes,
        )

    def states(self) -> dict[str, str]:
        rows = play(list_hosts(self.world)).result["hosts"]
        return {row["name"]: row["state"] for row in rows}

    def site_vouches(self, name: str, fingerprint: str) -> None:
        self.site = replace(
            self.site,
            hosts=tuple(
                replace(host, host_keys=(fingerprint,)) if host.name == name else host
                for host in self.site.hosts
            ),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_clusters_are_seen_through_a_jump_host_that_is_not_accepted_yet(desk: Desk) -> None:
    names = ["ela", *(host.name for host in desk.site.clusters)]
    assert desk.states() == dict.fromkeys(names, "unknown")
    assert desk.known_hosts.content == OLD


def test_each_unknown_key_is_asked_about_the_jump_host_first(desk: Desk) -> None:
    outcome = play(accept(("daint", "ela"), False, desk.world), YES, YES)
    shown = [ask.fields[0].value for ask in outcome.asks]
    assert [str(text).split()[0] for text in shown] == ["ela", "daint"]
    assert "SHA256:daint" in str(shown[1])
    assert outcome.result["accepted"] == ["ela", "daint"]
    assert desk.known_hosts.content == (
        OLD + b"\nela ssh-ed25519 SHA256:ela\ndaint ssh-ed25519 SHA256:daint\n"
    )


def test_what_was_accepted_is_recorded_for_an_uninstall(desk: Desk) -> None:
    play(accept(("ela", "daint"), True, desk.world))
    entry = desk.changes.entry(TOUCHED)
    assert entry is not None
    assert len(entry["lines"]) == 2
    assert (entry["existed"], entry["had_end"]) == (True, False)


def test_a_known_key_is_not_accepted_again(desk: Desk) -> None:
    play(accept(("ela",), True, desk.world))
    outcome = play(accept(("ela",), False, desk.world))
    assert (outcome.events, outcome.result["accepted"]) == ([], [])
    assert outcome.result["hosts"][0]["state"] == "known"


def test_a_refusal_stores_nothing_and_leaves_what_was_accepted_before(desk: Desk) -> None:
    with pytest.raises(Cancelled):
        play(accept(("ela", "daint"), False, desk.world), YES, {"host": False})
    assert desk.known_hosts.content == OLD + b"\nela ssh-ed25519 SHA256:ela\n"


def test_a_changed_key_is_never_accepted(desk: Desk) -> None:
    play(accept(("ela",), True, desk.world))
    before = desk.known_hosts.content
    desk.keys.presented["ela"] = HostKey("ssh-ed25519", "SHA256:another")
    assert desk.states()["ela"] == "changed"
    with pytest.raises(InvalidFile) as raised:
        play(accept(("ela",), True, desk.world))
    assert raised.value.code == "host-key-changed"
    assert desk.known_hosts.content == before


def test_a_key_that_the_site_file_names_needs_no_question(desk: Desk) -> None:
    desk.site_vouches("ela", "SHA256:ela")
    assert desk.states()["ela"] == "site"
    outcome = play(accept(("ela",), False, desk.world))
    assert (outcome.asks, outcome.result["accepted"]) == ([], ["ela"])


@pytest.mark.parametrize("is_known", [True, False])
def test_a_key_that_contradicts_the_site_file_is_changed(desk: Desk, is_known: bool) -> None:
    if is_known:
        play(accept(("ela",), True, desk.world))
    desk.site_vouches("ela", "SHA256:of the centre")
    assert desk.states()["ela"] == "changed"
    with pytest.raises(InvalidFile) as raised:
        play(accept(("ela",), True, desk.world))
    assert raised.value.code == "host-key-changed"
    assert raised.value.params["place"] == "the centre's site file"


def test_a_key_that_is_exchanged_after_the_question_is_not_stored(desk: Desk) -> None:
    action = accept(("ela",), False, desk.world)
    asked = next(action)
    next(action)
    desk.keys.presented["ela"] = HostKey("ssh-ed25519", "SHA256:another")
    assert "SHA256:ela" in str(asked)
    with pytest.raises(InvalidFile) as raised:
        action.send(YES)
    assert raised.value.code == "host-key-differs"
    assert (desk.known_hosts.content, desk.changes.names()) == (OLD, [])


@pytest.mark.parametrize(
    ("name", "presents", "code"),
    [
        ("nowhere", True, "unknown-host"),
        ("daint", True, "host-waiting"),
        ("ela", False, "host-unreachable"),
    ],
)
def test_what_cannot_be_accepted_is_an_error_of_its_own(
    desk: Desk, name: str, presents: bool, code: str
) -> None:
    if not presents:
        del desk.keys.presented[name]
    with pytest.raises(AlpkeyError) as raised:
        play(accept((name,), True, desk.world))
    assert raised.value.code == code
    assert isinstance(raised.value, InvalidInput) is (code == "unknown-host")
    assert desk.known_hosts.content == OLD
