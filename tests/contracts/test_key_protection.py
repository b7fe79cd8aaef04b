"""What putting a passphrase on a key keeps to, judged by ssh-keygen itself."""

import subprocess
from pathlib import Path

import pytest

from alpkey.adapters.keys.passphrase import change_passphrase
from alpkey.core.errors import AlpkeyError
from alpkey.core.secret import Secret
from tests.keys import KINDS, keygen, make_key

OLD, NEW = "the old passphrase", "a new 'Pässwort' \"$x\" \\ 世界"


def text(key: Path) -> Secret:
    return Secret(key.read_text())


def opens(folder: Path, private: Secret, passphrase: str) -> str:
    """The public key, as ssh-keygen finds it behind this passphrase; empty where it does not."""
    path = folder / "written"
    path.unlink(missing_ok=True)
    path.write_text(private.reveal())
    path.chmod(0o600)
    command = ["ssh-keygen", "-y", "-P", passphrase, "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()[:2])


def public(key: Path) -> str:
    return " ".join(key.with_name(key.name + ".pub").read_text().split()[:2])


@pytest.mark.parametrize("kind", KINDS)
class TestContract:
    def test_on_changed_and_off(self, tmp_path: Path, kind: str) -> None:
        key = make_key(tmp_path / "key", kind)
        covered = change_passphrase(text(key), None, Secret(OLD))
        assert opens(tmp_path, covered, OLD) == public(key)
        assert opens(tmp_path, covered, "") == ""
        changed = change_passphrase(covered, Secret(OLD), Secret(NEW))
        assert opens(tmp_path, changed, NEW) == public(key)
        assert opens(tmp_path, changed, OLD) == ""
        bare = change_passphrase(changed, Secret(NEW), None)
        assert opens(tmp_path, bare, "") == public(key)

    def test_what_ssh_keygen_covered_opens(self, tmp_path: Path, kind: str) -> None:
        key = make_key(tmp_path / "key", kind, NEW)
        bare = change_passphrase(text(key), Secret(NEW), None)
        assert opens(tmp_path, bare, "") == public(key)

    def test_a_wrong_passphrase_is_refused(self, tmp_path: Path, kind: str) -> None:
        key = make_key(tmp_path / "key", kind, OLD)
        with pytest.raises(AlpkeyError) as raised:
            change_passphrase(text(key), Secret(NEW), None)
        assert (raised.value.exit_code, raised.value.code) == (3, "passphrase-refused")


@pytest.mark.parametrize("form", ["PEM", "PKCS8"])
def test_old_formats_become_openssh_s_own(tmp_path: Path, form: str) -> None:
    key = make_key(tmp_path / "key", "rsa")
    wanted = public(key)
    keygen("-q", "-p", "-m", form, "-P", "", "-N", OLD, "-f", key)
    covered = change_passphrase(text(key), Secret(OLD), Secret(NEW))
    assert "OPENSSH" in covered.reveal()
    assert opens(tmp_path, covered, NEW) == wanted
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(text(key), Secret(NEW), None)
    assert raised.value.code == "passphrase-refused"


@pytest.mark.parametrize("cipher", ["aes256-gcm@openssh.com", "aes256-cbc", "aes256-ctr"])
def test_every_cipher_of_openssh_s_that_is_known(tmp_path: Path, cipher: str) -> None:
    key = make_key(tmp_path / "key")
    keygen("-q", "-p", "-Z", cipher, "-P", "", "-N", OLD, "-f", key)
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(text(key), Secret(NEW), None)
    assert raised.value.code == "passphrase-refused"
    assert opens(tmp_path, change_passphrase(text(key), Secret(OLD), None), "") == public(key)


def test_a_very_long_passphrase(tmp_path: Path) -> None:
    key, long = make_key(tmp_path / "key"), "words in a row " * 20
    covered = change_passphrase(text(key), None, Secret(long))
    assert opens(tmp_path, covered, long) == public(key)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen"),
        ("ssh-ed25519 AAAA alice\n", "public key"),
        ("", "empty"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "unknown version"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", "end is missing"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "damaged"),
    ],
)
def test_what_is_no_key_has_its_words(content: str, word: str) -> None:
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(Secret(content), None, Secret(NEW))
    assert raised.value.code == "key-unreadable"
    assert word in str(raised.value.params["reason"])


def test_a_key_cut_off_is_damaged_and_not_a_wrong_passphrase(tmp_path: Path) -> None:
    content = text(make_key(tmp_path / "key", passphrase=OLD)).reveal()
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(Secret(content[:-60]), Secret(OLD), None)
    assert raised.value.code == "key-unreadable"


def test_an_unknown_cipher_is_named(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    keygen("-q", "-p", "-Z", "chacha20-poly1305@openssh.com", "-P", "", "-N", OLD, "-f", key)
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(text(key), Secret(OLD), None)
    assert raised.value.code == "key-unreadable"


@pytest.mark.parametrize("odd", ["two\nlines", "a\0b", "tab\there", "\ud800xyz"])
def test_what_no_terminal_sends_is_unfit(tmp_path: Path, odd: str) -> None:
    key = make_key(tmp_path / "key")
    with pytest.raises(AlpkeyError) as raised:
        change_passphrase(text(key), None, Secret(odd))
    assert (raised.value.exit_code, raised.value.code) == (2, "passphrase-unfit")
