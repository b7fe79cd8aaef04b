"""Reading two answers of ssh -G side by side."""

from pathlib import Path

import pytest

from alpkey.core.ssh.config_query import (
    Loss,
    differing,
    host_of,
    leads_there,
    losses,
    parse,
    same_host,
    together,
)
from tests.core.sites import site

KEY = Path("/home/alice/.ssh/cscs-key")


def test_an_answer_keeps_every_value_in_order() -> None:
    answer = parse("host d\nidentityfile ~/.ssh/a\nidentityfile ~/.ssh/b\nIPQoS x y\nempty\n")
    assert answer["identityfile"] == ("~/.ssh/a", "~/.ssh/b")
    assert answer["ipqos"] == ("x y",)
    assert answer["empty"] == ("",)


def test_a_value_that_is_still_used_does_not_lose() -> None:
    theirs = {"port": ("99",), "identityfile": ("a", "b"), "user": ("bob",)}
    ours = {"port": ("22",), "identityfile": ("b", "a"), "user": ("bob",)}
    assert losses("daint", theirs, ours) == [Loss("daint", "port", "99", "22")]


def test_a_command_that_loses_to_a_jump_is_told_so() -> None:
    lost = losses("d", {"proxycommand": ("nc",), "x": ("1",)}, {"proxyjump": ("ela",)})
    assert lost == [Loss("d", "proxycommand", "nc", "ProxyJump ela"), Loss("d", "x", "1", None)]


def test_the_same_loss_of_several_hosts_is_told_once() -> None:
    one = [
        Loss("ela", "port", "9", "22"),
        Loss("ela", "x", "1", None),
        Loss("d", "port", "9", "22"),
    ]
    assert together(one) == [Loss("ela, d", "port", "9", "22"), Loss("ela", "x", "1", None)]


def test_differing_names_the_keyword() -> None:
    one, other = {"a": ("1",), "b": ("2",)}, {"a": ("3",), "b": ("2",)}
    assert differing(one, [one, other], "ab") is None
    assert differing(other, [one, other], "ab") is None
    assert differing({"a": ("9",), "b": ("2",)}, [one, other], "ab") == "a"
    assert differing({"a": ("1",)}, [one, other], "ab") == "b"


def test_a_host_is_known_by_its_address_and_port() -> None:
    daint = {"hostname": ("Daint.alps.cscs.ch",), "port": ("22",)}
    assert host_of(site(), daint) == site().host("daint")
    assert host_of(site(), {**daint, "port": ("2222",)}) is None
    assert host_of(site(), {}) is None


def test_a_config_by_hand_leads_there_when_every_cluster_is_in_reach() -> None:
    answers = {
        host.name: {
            "hostname": (host.host_name,),
            "port": ("22",),
            "proxyjump": ("ela",),
            "identityfile": ("~/.ssh/cscs-key",),
        }
        for host in site().clusters
    }
    assert leads_there(site(), answers, KEY)
    absolute = {name: {**one, "identityfile": (str(KEY),)} for name, one in answers.items()}
    assert leads_there(site(), absolute, KEY)
    for lacking in ("hostname", "proxyjump", "identityfile"):
        without = {key: value for key, value in answers["santis"].items() if key != lacking}
        assert not leads_there(site(), {**answers, "santis": without}, KEY)


def test_a_config_by_hand_may_leave_clusters_out_but_not_all() -> None:
    unnamed = {host.name: {"hostname": (host.name,)} for host in site().clusters}
    assert not leads_there(site(), unnamed, KEY)
    daint = {**OWN, "proxyjump": ("ela",), "identityfile": (str(KEY),)}
    assert leads_there(site(), {**unnamed, "daint": daint}, KEY)


OWN = {
    "hostname": ("daint.alps.cscs.ch",),
    "port": ("22",),
    "user": ("alice",),
    "proxyjump": ("ela",),
    "identityfile": (str(KEY),),
    "certificatefile": (f"{KEY}-cert.pub",),
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"certificatefile": None},
        {"identityfile": ("~/.ssh/other", "~/.ssh/cscs-key")},
        {"proxyjump": ("ela.cscs.ch",)},
        {"proxyjump": ("alice@ela:22",)},
        {"proxyjump": ("jump",)},
        {"proxyjump": None, "proxycommand": ("ssh -W %h:%p ela",)},
    ],
)
def test_a_name_that_leads_there_alike_is_the_host(change: dict[str, tuple[str, ...]]) -> None:
    assert same_host(site(), "work", answers(change)) == site().host("daint")


@pytest.mark.parametrize(
    "change",
    [
        {"user": ("bob",)},
        {"port": ("23",)},
        {"hostname": ("elsewhere",)},
        {"proxyjump": None},
        {"proxyjump": ("none",)},
        {"proxyjump": ("bob@ela",)},
        {"proxyjump": ("ela:23",)},
        {"proxyjump": ("elsewhere",)},
        {"proxyjump": None, "proxycommand": ("nc %h %p",)},
        {"identityfile": ("~/.ssh/other",)},
        {"certificatefile": ("/other-cert.pub",)},
    ],
)
def test_a_name_that_leads_there_otherwise_is_not(change: dict[str, tuple[str, ...]]) -> None:
    assert same_host(site(), "work", answers(change)) is None


def answers(change: dict[str, tuple[str, ...]]) -> dict[str, dict[str, tuple[str, ...]]]:
    work = {keyword: value for keyword, value in {**OWN, **change}.items() if value}
    jump = {"hostname": ("ela.cscs.ch",), "port": ("22",)}
    return {"daint": OWN, "work": work, "jump": jump}


def test_the_jump_host_itself_is_reached_without_a_jump() -> None:
    own = {**OWN, "hostname": ("ela.cscs.ch",), "proxyjump": ("none",)}
    assert same_host(site(), "work", {"ela": own, "work": own}) == site().host("ela")
    behind = {**own, "proxyjump": ("elsewhere",)}
    assert same_host(site(), "work", {"ela": own, "work": behind}) is None
