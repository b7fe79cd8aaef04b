"""The head of a private key, against files that ssh-keygen made."""

import binascii
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.keys.ssh_wire import string
from tests.keys import KINDS, keygen, make_key


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("passphrase", ["", "a long passphrase"])
def test_openssh_keys_show_whose_they_are(tmp_path: Path, kind: str, passphrase: str) -> None:
    path = make_key(tmp_path / "key", kind, passphrase)
    head = read_head(path.read_bytes())
    assert head.public_key == binascii.a2b_base64((tmp_path / "key.pub").read_text().split()[1])
    assert head.encrypted is bool(passphrase)


@pytest.mark.parametrize("form", ["PEM", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", "a long passphrase"])
def test_older_forms_tell_their_encryption(tmp_path: Path, form: str, passphrase: str) -> None:
    path = make_key(tmp_path / "key", "rsa")
    keygen("-q", "-p", "-m", form, "-P", "", "-N", passphrase, "-f", path)
    head = read_head(path.read_bytes())
    assert (head.public_key, head.encrypted) == (None, bool(passphrase))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"", "empty"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519", "PuTTY"),
        (b"ssh-ed25519 AAAA", "public key"),
        (b"<html>", "not a private key"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "unknown version"),
    ],
)
def test_what_it_is_instead_is_named(text: bytes, word: str) -> None:
    with pytest.raises(InvalidPrivateKey, match=word):
        read_head(text)


@given(st.binary(max_size=200))
def test_nothing_else_ever_comes_out(data: bytes) -> None:
    for text in (data, b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + data):
        try:
            read_head(text)
        except InvalidPrivateKey:
            continue


def test_a_security_key_is_told_by_its_type() -> None:
    public = string(b"sk-ssh-ed25519@openssh.com") + string(bytes(32)) + string(b"ssh:")
    body = b"openssh-key-v1\0" + string(b"none") + string(b"none") + string(b"")
    body += (1).to_bytes(4, "big") + string(public)
    text = binascii.b2a_base64(body)
    begin, end = (f"-----{one} OPENSSH PRIVATE KEY-----\n".encode() for one in ("BEGIN", "END"))
    head = read_head(begin + text + end)
    assert (head.public_key, head.encrypted, head.in_hardware) == (public, False, True)
