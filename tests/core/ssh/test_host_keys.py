"""What is read out of the words of ssh."""

import pytest

from alpkey.core.ssh.host_keys import HostKey, HostState, judged, shown_as

ELA = "debug1: Server host key: ssh-ed25519 SHA256:ela\r\n"
DAINT = "debug1: Server host key: ecdsa-sha2-nistp256 SHA256:daint\r\n"
UNKNOWN = "No ED25519 host key is known for ela and you have requested strict checking.\r\n"
FAILED = "Host key verification failed.\r\n"
CHANGED = (
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
    "Offending ED25519 key in /a home/known_hosts:7\r\n"
)
DENIED = "alice@ela: Permission denied (publickey).\r\n"


JUMP = "debug1: Setting implicit ProxyCommand from ProxyJump: ssh -v -W '[%h]:%p' ela\r\n"
MATCHES = "debug1: Host 'x' is known and matches the ED25519 host key.\r\n"
CERTIFICATE = (
    "debug1: Server host certificate: ssh-ed25519-cert-v01@openssh.com SHA256:ela, serial 7 "
    'ID "ela, CA x" CA ssh-ed25519 SHA256:authority valid forever\r\n'
)
CERTIFICATE_MATCHES = "debug1: Host 'x' is known and matches the ED25519-CERT host certificate.\r\n"


@pytest.mark.parametrize(
    ("output", "state"),
    [
        (ELA + MATCHES + DENIED, "known"),
        (ELA + DENIED, "unknown"),
        (ELA + UNKNOWN + FAILED, "unknown"),
        # UserKnownHostsFile none: ssh names no reason (seen with 9.2).
        (ELA + FAILED, "unknown"),
        (ELA + CHANGED + FAILED, "changed"),
        (ELA + "@ WARNING: REVOKED HOST KEY DETECTED! @\r\n" + FAILED, "changed"),
        (JUMP + ELA + MATCHES + DAINT + MATCHES + DENIED, "known"),
        # One host's word is never taken for another's.
        (JUMP + ELA + MATCHES + DAINT + DENIED, "unknown"),
        (JUMP + ELA + MATCHES + DAINT + UNKNOWN + FAILED, "unknown"),
        (JUMP + ELA + FAILED + "Connection closed by UNKNOWN port 65535\r\n", "waiting"),
        (JUMP + ELA + MATCHES + DENIED, "unreachable"),
        (JUMP + JUMP + ELA + MATCHES + DAINT + MATCHES, "unreachable"),
        (CERTIFICATE + CERTIFICATE_MATCHES, "known"),
        (
            CERTIFICATE + "debug1: No matching CA found. Retry with plain key\r\n" + FAILED,
            "unknown",
        ),
        (JUMP + CERTIFICATE + CERTIFICATE_MATCHES + DAINT + MATCHES, "known"),
        ("ssh: connect to host ela port 22: Connection refused\r\n", "unreachable"),
        ("", "unreachable"),
    ],
)
def test_states(output: str, state: HostState) -> None:
    assert judged("debug1: Reading\r\n" + output).state == state


def test_one_host_never_gets_another_s_key() -> None:
    assert judged(JUMP + ELA + FAILED).key is None


def test_the_last_key_is_the_host_s_own() -> None:
    seen = judged(JUMP + ELA + DAINT)
    assert seen.key == HostKey("ecdsa-sha2-nistp256", "SHA256:daint")


def test_a_host_certificate_is_read_with_its_authority() -> None:
    key = judged(CERTIFICATE).key
    assert key == HostKey("ssh-ed25519-cert-v01@openssh.com", "SHA256:ela", "SHA256:authority")
    assert key.plain_type == "ssh-ed25519"
    assert key.is_among({"SHA256:authority"})
    assert "signed by SHA256:authority" in shown_as("ela", "ela.cscs.ch", key)


def test_where_a_changed_key_is_remembered() -> None:
    assert judged(ELA + CHANGED).place == "/a home/known_hosts:7"


def test_the_reason_is_in_ssh_s_own_words() -> None:
    output = "OpenSSH_9.2p1 Debian\r\ndebug1: x\r\nssh: no route\r\ndebug1: y\r\n"
    assert judged(output).reason == "ssh: no route"
