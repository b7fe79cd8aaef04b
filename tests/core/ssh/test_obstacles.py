"""What in the user's ssh configuration prevents a login."""

import pytest

from alpkey.core.ssh.obstacles import behind, static

ED25519 = "ssh-ed25519-cert-v01@openssh.com"
RSA = "ssh-rsa-cert-v01@openssh.com"


@pytest.mark.parametrize("keyword", ["pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"])
@pytest.mark.parametrize(
    ("algorithms", "certificate_type", "prevents"),
    [
        ("ssh-ed25519,rsa-sha2-512", ED25519, True),
        (f"ssh-ed25519,{ED25519}", ED25519, False),
        ("*-cert-v01@openssh.com", ED25519, False),
        ("rsa-sha2-256-cert-v01@openssh.com", RSA, False),
        ("rsa-sha2-256", RSA, True),
        ("-ssh-rsa", ED25519, False),
        ("", ED25519, False),
        ("ssh-ed25519", None, False),
    ],
)
def test_a_certificate_that_ssh_may_not_offer(
    keyword: str, algorithms: str, certificate_type: str | None, prevents: bool
) -> None:
    found = list(static({keyword: algorithms}, certificate_type))
    assert found == ([keyword] if prevents else [])


def test_a_session_that_never_starts() -> None:
    values = {"sessiontype": "none", "forkafterauthentication": "yes"}
    assert list(static(values, ED25519)) == ["sessiontype", "forkafterauthentication"]
    assert not list(static({"sessiontype": "default", "forkafterauthentication": "no"}, ED25519))


@pytest.mark.parametrize(
    ("output", "keyword"),
    [
        (
            "Unable to negotiate with 10.1.0.2 port 22: no matching key exchange method found.",
            "kexalgorithms",
        ),
        ("no matching host key type found. Their offer: ssh-ed25519", "hostkeyalgorithms"),
        ("bind 192.0.2.1: Cannot assign requested address", "bindaddress"),
        ("Host key verification failed.", "userknownhostsfile"),
        ("Error: remote port forwarding failed for listen port 52698", "remoteforward"),
        ("Connection closed by UNKNOWN port 65535", "proxycommand"),
    ],
)
def test_a_line_of_the_user_is_named_by_ssh_s_own_word(output: str, keyword: str) -> None:
    lines = {keyword: "/h/.ssh/config line 2", "user": "/h/.ssh/config line 3"}
    assert list(behind(output, lines)) == [keyword]
    assert not list(behind(output, {"user": "/h/.ssh/config line 3"}))
    assert not list(behind("alice@ela: Permission denied (publickey).", lines))
