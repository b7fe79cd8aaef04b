"""The contract of the keychain: gnome-keyring on a real bus, through our adapter, and the fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.keychain.keychain import SystemKeychain
from alpkey.adapters.system.linux import keyring_backends
from alpkey.core.keychain.ports import Keychain
from alpkey.core.secret import Secret
from tests.contracts.fakes import FakeKeychain
from tests.keychains import SecretServiceHost, secret_service

PASSWORD = Secret("p ä'\"$w\\ ключ 鍵\n")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretServiceHost]:
    with secret_service(tmp_path_factory.mktemp("keychain")) as running:
        running.unlock()
        yield running


@pytest.fixture(params=["Secret Service", "fake"])
def keychain(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Keychain:
    if request.param == "fake":
        return FakeKeychain()
    host: SecretServiceHost = request.getfixturevalue("host")
    for name, value in host.environ.items():
        monkeypatch.setenv(name, value)
    return SystemKeychain(f"Alpkey {tmp_path}", keyring_backends, can_ask=False)


class TestContract:
    def test_it_is_there(self, keychain: Keychain) -> None:
        keychain.check()

    def test_it_is_open(self, keychain: Keychain) -> None:
        assert not keychain.is_locked()
        assert keychain.opens_unasked()

    def test_it_starts_empty(self, keychain: Keychain) -> None:
        assert keychain.get("alice") is None

    def test_what_is_stored_comes_back_letter_by_letter(self, keychain: Keychain) -> None:
        keychain.store("alice", PASSWORD)
        assert keychain.get("alice") == PASSWORD
        assert keychain.get("bob") is None

    def test_the_last_takes_the_place_of_the_first(self, keychain: Keychain) -> None:
        keychain.store("alice", Secret("old"))
        keychain.store("alice", PASSWORD)
        assert keychain.get("alice") == PASSWORD
        keychain.forget("alice")
        assert keychain.get("alice") is None

    def test_forgetting_tells_whether_there_was_anything(self, keychain: Keychain) -> None:
        keychain.store("alice", PASSWORD)
        keychain.store("bob", PASSWORD)
        assert keychain.forget("alice")
        assert not keychain.forget("alice")
        assert keychain.get("bob") == PASSWORD
