"""Reading two answers of ssh -G side by side."""

from pathlib import Path

from alpkey.core.ssh.config_query import (
    Loss,
    differing,
    host_of,
    leads_there,
    losses,
    parse,
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
