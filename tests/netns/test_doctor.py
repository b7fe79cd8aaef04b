"""The doctor before OpenSSH's own server, in a real home: no service is there, only hosts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.keys import make_key
from tests.netns.centre import GOOD, RealCentre


@pytest.fixture(scope="module")
def centre(running: RealCentre) -> RealCentre:
    return running


def doctor(centre: RealCentre, *before: str) -> tuple[int, list[dict[str, Any]]]:
    command = (*before, *centre.command("doctor", "--json"))
    done = centre.run(*command)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)["findings"]


def errors(centre: RealCentre) -> list[str]:
    """What stops a login, with what follows from it."""
    code, found = doctor(centre)
    stopping = [finding for finding in found if finding["severity"] == "error"]
    assert code == (13 if stopping else 0)
    return [each["id"] for finding in stopping for each in (finding, *finding["consequences"])]


def test_a_good_key_is_found_good(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    assert errors(centre) == []


@pytest.mark.parametrize(
    ("options", "authority", "expected"),
    [
        (("-n", "alice", "-V", "-2h:-1h"), "user_ca", "key-expired"),
        (("-n", "alice", "-V", "+1h:+2h"), "user_ca", "key-not-yet-valid"),
        (("-n", "bob", "-V", "-1m:+1h"), "user_ca", "login-refused"),
        (GOOD, "foreign_ca", "login-refused"),
    ],
    ids=["expired", "not yet valid", "wrong principal", "foreign authority"],
)
def test_the_true_reason_is_told(
    centre: RealCentre, options: tuple[str, ...], authority: str, expected: str
) -> None:
    """ssh says of each of them: Permission denied (publickey)."""
    centre.give_key(*options, authority=authority)
    assert errors(centre) == [expected]


def test_another_principal_than_the_user_that_is_set(centre: RealCentre) -> None:
    centre.give_key("-n", "bob", "-V", "-1m:+1h")
    settings = centre.home / ".config/alpkey/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('username = "alice"\n')
    settings.chmod(0o600)
    assert errors(centre) == ["user-differs"]


def test_a_revoked_key(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    centre.revoke()
    assert errors(centre) == ["login-refused"]


def test_an_open_configuration_explains_why_plain_ssh_refuses(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    config = centre.key.parent / "config"
    config.write_text("Host daint\n")
    config.chmod(0o666)
    assert "Bad owner or permissions" in centre.run("ssh", "-G", "daint").stderr
    assert errors(centre) == ["config-open", "config-refused"]
    assert centre.alpkey("doctor", "--fix", "config-open").returncode == 0
    assert centre.run("ssh", "-G", "daint").returncode == 0
    assert errors(centre) == []


def test_a_host_never_met(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    (centre.key.parent / "known_hosts").unlink()
    code, found = doctor(centre)
    assert code == 0
    assert "host-unknown" in [finding["id"] for finding in found]
    assert "jump-host-unreachable" not in str(found)


def test_too_many_foreign_keys_are_told_and_do_not_stop_us(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    foreign = [str(make_key(centre.home / f"foreign{n}")) for n in range(8)]
    script = f'ssh-add -q {" ".join(foreign)} && exec "$@"'
    code, found = doctor(centre, "ssh-agent", "sh", "-c", script, "sh")
    assert code == 0
    assert "agent-too-full" in [finding["id"] for finding in found]


def test_a_host_with_no_room_is_told_and_not_taken_for_a_portal(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    with centre.full("ela"):
        assert errors(centre) == ["host-hangs-up"]
    assert errors(centre) == []


# What is sent to the neighbour on this cable arrives nowhere.
A_HOLE = """
ip link add hole type veth peer name nobody
for name in hole nobody; do ip link set "$name" up; done
ip -6 address add 2001:db8:1::1/64 dev hole nodad
ip -6 neighbour add 2001:db8:1::2 lladdr 02:00:00:00:00:02 dev hole nud permanent
"""


@pytest.fixture
def swallowing(centre: RealCentre) -> Iterator[RealCentre]:
    """The jump host has an IPv6 address, too, which the network swallows."""
    centre.give_key(*GOOD)
    hosts = centre.folder / "hosts"
    text = hosts.read_text()
    hosts.write_text(f"2001:db8:1::2 ela.cscs.ch\n{text}")
    centre.arrange(A_HOLE)
    yield centre
    centre.arrange("ip link delete hole")
    hosts.write_text(text)


def test_ipv6_that_is_swallowed_is_found_and_passed_over(swallowing: RealCentre) -> None:
    """The wait for it eats the time that a login has (ssh_config(5), ConnectTimeout)."""
    assert errors(swallowing) == ["ipv6-swallowed"]
    done = swallowing.alpkey("doctor", "--fix", "ipv6-swallowed", "--json")
    assert json.loads(done.stdout)["fixed"] == "ipv6-swallowed", done.stderr
    config = str(swallowing.key.parent / "alpkey/connect")
    assert "addressfamily inet\n" in swallowing.run("ssh", "-F", config, "-G", "ela").stdout
    behind = swallowing.run("ssh", "-F", config, "-G", "daint").stdout
    assert "addressfamily any\n" in behind, "it is reached from ela"
    assert errors(swallowing) == []
    reached = swallowing.alpkey("connect", "daint", "--here", "--", "printenv", "REACHED")
    assert reached.stdout == "daint\n", reached.stderr


def test_ipv6_that_is_refused_at_once_costs_nothing(centre: RealCentre) -> None:
    """ssh goes on to IPv4 in no time, so nothing is reported."""
    centre.give_key(*GOOD)
    hosts = centre.folder / "hosts"
    text = hosts.read_text()
    hosts.write_text(f"::1 ela.cscs.ch\n{text}")
    try:
        assert "ipv6-swallowed" not in str(doctor(centre)[1])
    finally:
        hosts.write_text(text)
