"""Keychains that are absent, locked, hanging or gone, and one that would write plain files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.keychain.keychain import SystemKeychain
from alpkey.adapters.process.background_call import run_in_background
from alpkey.adapters.system import macos
from alpkey.adapters.system.linux import keyring_backends
from alpkey.core.errors import KeychainTrouble
from alpkey.core.messages.describe import describe
from alpkey.core.secret import Secret
from tests.e2e.waiting import until
from tests.keychains import SecretServiceHost, secret_service

PASSWORD = Secret("marked-Pässwort-7391")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretServiceHost]:
    with secret_service(tmp_path / "keychain") as running:
        for name, value in running.environ.items():
            monkeypatch.setenv(name, value)
        yield running


def keychain(*, can_ask: bool = False, timeout_s: float = 10) -> SystemKeychain:
    return SystemKeychain(
        "Alpkey", keyring_backends, can_ask=can_ask, answer_timeout_s=timeout_s, prompt_timeout_s=0
    )


def trouble(trouble: KeychainTrouble) -> str:
    """Its code, once it is known to have its words."""
    assert describe(trouble).next_step
    return trouble.code


def every_call(on: SystemKeychain) -> list[str]:
    """The code of what each call raises."""
    codes = []
    for call in (
        lambda: on.get("alice"),
        lambda: on.store("alice", PASSWORD),
        lambda: on.forget("alice"),
    ):
        with pytest.raises(KeychainTrouble) as raised:
            call()
        codes.append(trouble(raised.value))
    return codes


def test_no_bus_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert every_call(keychain()) == ["keychain-absent"] * 3


def test_a_bus_without_a_keychain(host: SecretServiceHost) -> None:
    with pytest.raises(KeychainTrouble) as raised:
        keychain().check()
    assert trouble(raised.value) == "keychain-absent"
    assert every_call(keychain()) == ["keychain-absent"] * 3


@pytest.mark.parametrize(
    ("can_ask", "code"), [(False, "keychain-locked"), (True, "keychain-refused")]
)
def test_a_keychain_that_stays_locked(host: SecretServiceHost, can_ask: bool, code: str) -> None:
    host.unlock()
    keychain().store("alice", PASSWORD)
    host.lock()
    keychain().check()
    assert every_call(keychain(can_ask=can_ask)) == [code] * 3


def test_a_keychain_that_hangs_is_given_up(host: SecretServiceHost) -> None:
    host.unlock()
    ours = keychain(timeout_s=0.2)
    ours.check()
    host.stop()
    assert every_call(ours) == ["keychain-hangs"] * 3


def test_a_keychain_that_went_away(host: SecretServiceHost) -> None:
    host.unlock()
    ours = keychain()
    ours.store("alice", PASSWORD)
    host.kill()
    assert every_call(ours) == ["keychain-vanished"] * 3


def test_a_keychain_that_dies_in_the_middle_of_a_call(host: SecretServiceHost) -> None:
    host.unlock()
    ours = keychain()
    ours.store("alice", PASSWORD)
    host.stop()
    asked = run_in_background(lambda: ours.get("alice"))
    until(host.is_asked, "the call on the bus")
    host.kill()
    assert asked.wait(10)
    with pytest.raises(KeychainTrouble) as raised:
        asked.result()
    assert trouble(raised.value) == "keychain-vanished"


def test_a_bus_that_went_away(host: SecretServiceHost) -> None:
    host.unlock()
    ours = keychain()
    ours.check()
    host.close()
    assert every_call(ours) == ["keychain-vanished"] * 3


def test_a_keychain_that_comes_back_is_used_again(host: SecretServiceHost) -> None:
    host.unlock()
    ours = keychain()
    ours.store("alice", PASSWORD)
    host.unlock()
    assert ours.get("alice") == PASSWORD


def test_looking_makes_no_keyring(host: SecretServiceHost) -> None:
    """Nothing is there yet; making one would ask a person for a password."""
    host.lock()
    assert keychain(can_ask=True).get("alice") is None
    assert not keychain(can_ask=True).forget("alice")


def test_a_backend_that_somebody_names_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by environment nor by file: keyring would write this one in plain text."""
    place = tmp_path / "plugin"
    place.mkdir()
    (place / "plainbackend.py").write_text(PLAIN)
    monkeypatch.syspath_prepend(place)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plainbackend.Keyring")
    monkeypatch.setenv("PLAIN", str(tmp_path / "plain"))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    import keyring

    assert type(keyring.get_keyring()).__module__ == "plainbackend"
    assert every_call(keychain()) == ["keychain-absent"] * 3
    assert not (tmp_path / "plain").exists()


PLAIN = """
import os
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 99

    def get_password(self, service, username):
        return None

    def set_password(self, service, username, password):
        open(os.environ["PLAIN"], "w").write(password)

    def delete_password(self, service, username):
        pass
"""


def test_the_daemon_keeps_it_encrypted(host: SecretServiceHost) -> None:
    host.unlock()
    keychain().store("alice", PASSWORD)
    kept = list(host.files.iterdir())
    assert kept
    assert not any(PASSWORD.reveal().encode() in one.read_bytes() for one in kept)


def test_on_macos_only_a_signed_application_has_one() -> None:
    """This Python is none, so nothing of macOS is asked."""
    ours = SystemKeychain("Alpkey", macos.keyring_backends, can_ask=True)
    assert every_call(ours) == ["keychain-absent"] * 3
