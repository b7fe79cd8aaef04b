"""What is read out of the words of ssh."""

import pytest

from alpkey.core.ssh.host_keys import HostKey, HostState, judged

ELA = "debug1: Server host key: ssh-ed25519 SHA256:ela\r\n"
DAINT = "debug1: Server host key: ecdsa-sha2-nistp256 SHA256:daint\r\n"
UNKNOWN = "No ED25519 host key is known for ela and you have requested strict checking.\r\n"
FAILED = "Host key verification failed.\r\n"
CHANGED = (
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
    "Offending ED25519 key in /a home/known_hosts:7\r\n"
)
DENIED = "alice@ela: Permission denied (publickey).\r\n"


@pytest.mark.parametrize(
    ("told", "hops", "state"),
    [
        (ELA + DENIED, 1, "known"),
        (ELA + UNKNOWN + FAILED, 1, "unknown"),
        (ELA + CHANGED + FAILED, 1, "changed"),
        (ELA + "@ WARNING: REVOKED HOST KEY DETECTED! @\r\n" + FAILED, 1, "changed"),
        (ELA + DAINT + DENIED, 2, "known"),
        (ELA + DAINT + UNKNOWN + FAILED, 2, "unknown"),
        (ELA + FAILED + "Connection closed by UNKNOWN port 65535\r\n", 2, "waiting"),
        (ELA + DENIED, 2, "unreachable"),
        ("ssh: connect to host ela port 22: Connection refused\r\n", 1, "unreachable"),
        ("", 1, "unreachable"),
    ],
)
def test_states(told: str, hops: int, state: HostState) -> None:
    assert judged("debug1: Reading\r\n" + told, hops).state == state


def test_the_last_key_is_the_host_s_own() -> None:
    seen = judged(ELA + DAINT, 2)
    assert seen.key == HostKey("ecdsa-sha2-nistp256", "SHA256:daint")


def test_where_a_changed_key_is_remembered() -> None:
    assert judged(ELA + CHANGED, 1).place == "/a home/known_hosts:7"


def test_the_reason_is_in_ssh_s_own_words() -> None:
    assert judged("debug1: x\r\nssh: no route\r\ndebug1: y\r\n", 1).reason == "ssh: no route"
