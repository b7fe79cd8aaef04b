"""Logging in to OpenSSH's own server, through the jump host, with every kind of key."""

import pytest

from tests.keys import make_key
from tests.netns.centre import GOOD, RealCentre

REMOTE = ("printenv", "REACHED")


@pytest.fixture(scope="module")
def centre(running: RealCentre) -> RealCentre:
    return running


def ssh(centre: RealCentre, host: str, *options: str) -> str:
    """What ssh says with our own file, past whatever Alpkey would refuse by itself."""
    assert centre.alpkey("connect", "daint", "--print").returncode == 0
    config = str(centre.key.parent / "alpkey/connect")
    done = centre.run("ssh", "-F", config, "-o", "BatchMode=yes", *options, host, *REMOTE)
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize("host", ["ela", "daint", "santis", "clariden"])
def test_a_fresh_certificate_gets_in(centre: RealCentre, host: str) -> None:
    centre.give_key(*GOOD)
    before = centre.log("ela").count("Accepted publickey for alice")
    done = centre.alpkey("connect", host, "--here", "--", *REMOTE)
    assert (done.stdout, done.returncode) == (f"{host}\n", 0), done.stderr
    assert centre.log("ela").count("Accepted publickey for alice") == before + 1


def test_without_the_jump_no_cluster_is_reached(centre: RealCentre) -> None:
    """So that the tests above prove the way through ela."""
    centre.give_key(*GOOD)
    assert "unreachable" in ssh(centre, "daint", "-o", "ProxyJump=none")


def test_a_compute_node_is_reached_through_its_cluster(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    assert ssh(centre, "nid006554", "-J", "daint") == "nid006554"
    assert "unreachable" in ssh(centre, "nid006554")


@pytest.mark.parametrize(
    ("options", "authority", "by_alpkey"),
    [
        (("-n", "alice", "-V", "-2h:-1h"), "user_ca", 7),
        (("-n", "alice", "-V", "+1h:+2h"), "user_ca", 9),
        (("-n", "bob", "-V", "-1m:+1h"), "user_ca", None),
        (GOOD, "foreign_ca", None),
    ],
    ids=["expired", "not yet valid", "wrong principal", "foreign authority"],
)
def test_any_other_is_refused(
    centre: RealCentre, options: tuple[str, ...], authority: str, by_alpkey: int | None
) -> None:
    centre.give_key(*options, authority=authority)
    assert "Permission denied" in ssh(centre, "daint")
    if by_alpkey:
        assert centre.alpkey("connect", "daint", "--here", "--json").returncode == by_alpkey


def test_a_revoked_one_is_refused(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    assert ssh(centre, "daint") == "daint"
    centre.revoke()
    assert "Permission denied" in ssh(centre, "daint")


def test_the_exit_code_is_the_remote_commands(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    assert centre.alpkey("connect", "daint", "--here", "--", "exit", "42").returncode == 42


def test_a_persons_own_config_stays_and_still_counts(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    config = centre.key.parent / "config"
    text = b"# theirs\r\nHost *\r\n\tSetEnv LC_MINE=theirs\r\n"
    config.write_bytes(text)
    assert ssh(centre, "daint") == "daint"
    assert config.read_bytes() == text


def test_eight_foreign_keys_in_the_agent_do_not_lock_out(centre: RealCentre) -> None:
    centre.give_key(*GOOD)
    foreign = [str(make_key(centre.home / f"foreign{n}")) for n in range(8)]
    config = str(centre.key.parent / "alpkey/connect")
    assert centre.alpkey("connect", "daint", "--print").returncode == 0
    script = (
        'ssh-add -q "$@" 2>/dev/null && test "$(ssh-add -l | wc -l)" -eq 8 && '
        'exec ssh -F "$CONFIG" -o BatchMode=yes daint printenv REACHED'
    )
    command = ("ssh-agent", "sh", "-c", script, "sh", *foreign)
    done = centre.run(*command, CONFIG=config)
    assert done.stdout.strip().splitlines()[-1:] == ["daint"], done.stderr
