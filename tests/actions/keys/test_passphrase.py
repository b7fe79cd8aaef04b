"""The passphrase in the keychain: kept, used, and every way a keychain can fail."""

from pathlib import Path

import pytest

from alpkey.actions.agent.load import load_current
from alpkey.actions.keys.passphrase import keep_passphrase, remove_passphrase, set_passphrase
from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.adapters.keys.passphrase import change_passphrase
from alpkey.core.errors import Cancelled, InvalidFile, KeychainTrouble
from alpkey.core.events import Event, Step
from alpkey.core.keychain.entries import KEY_ENTRY
from alpkey.core.secret import Secret
from alpkey.core.state.journal import fold
from tests.actions.worlds import RIGHT, Fakes, play
from tests.keys import make_pair

TROUBLE = KeychainTrouble("keychain-locked", name="It")
TYPED = {"passphrase": Secret("a typed one"), "passphrase_again": Secret("a typed one")}


class Keys(Fakes):
    """A world with a key that was renewed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        play(renew(RenewRequest(), self.renewal), RIGHT)

    @property
    def encrypted(self) -> bool:
        stored = self.files.current()
        return stored is not None and stored.encrypted

    def opens(self, passphrase: Secret | None) -> bool:
        private = self.files.private()
        assert private
        return bool(passphrase and change_passphrase(private, passphrase, None))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def covered(keys: Keys) -> Keys:
    play(keep_passphrase(keys.passphrase))
    return keys


def test_the_keychain_alone_knows_it(covered: Keys) -> None:
    assert covered.encrypted
    assert covered.opens(covered.keychain.get(KEY_ENTRY))
    assert fold(covered.journal.facts()).key_protected


def test_again_changes_nothing(covered: Keys) -> None:
    before = covered.files.private()
    assert play(keep_passphrase(covered.passphrase)).result["changed"] is False
    assert covered.files.private() == before


def test_a_renewal_covers_the_new_key_with_it(covered: Keys) -> None:
    before = covered.files.private()
    played = play(renew(RenewRequest(), covered.renewal), RIGHT)
    assert played.warnings == []
    assert covered.files.private() != before
    assert covered.opens(covered.keychain.get(KEY_ENTRY))
    assert len(covered.agent.identities()) == 2


def test_a_renewal_beside_a_keychain_that_fails_says_what_lacks(covered: Keys) -> None:
    covered.keychain.trouble = TROUBLE
    played = play(renew(RenewRequest(), covered.renewal), RIGHT)
    assert played.warnings == ["cover-unread"]
    assert played.result["renewed"]
    assert not covered.encrypted
    covered.keychain.trouble = None
    covered.keychain.forget(KEY_ENTRY)
    assert "cover-gone" in play(renew(RenewRequest(), covered.renewal), RIGHT).warnings


def test_the_keychain_is_asked_before_anything_is_spent(covered: Keys) -> None:
    spent: list[int] = []

    def note(event: Event) -> None:
        if isinstance(event, Step) and event.id == "signed-in":
            spent.append(covered.keychain.asked)

    covered.keychain.asked = 0
    play(renew(RenewRequest(), covered.renewal), RIGHT, on_event=note)
    assert spent == [1]
    assert covered.keychain.asked == 1


def test_without_a_cover_no_keychain_is_asked(keys: Keys) -> None:
    keys.keychain.trouble = TROUBLE
    assert play(renew(RenewRequest(), keys.renewal), RIGHT).warnings == []
    assert keys.keychain.asked == 0


def test_a_renewal_that_loses_a_typed_passphrase_says_so(keys: Keys) -> None:
    play(set_passphrase(keys.passphrase), TYPED)
    assert keys.encrypted
    assert play(renew(RenewRequest(), keys.renewal), RIGHT).warnings == ["passphrase-lost"]


def test_the_agent_is_loaded_without_a_question(covered: Keys) -> None:
    covered.empty_agent()
    assert play(load_current(covered.agent_use)).asks == []
    assert len(covered.agent.identities()) == 2


@pytest.mark.parametrize("absent", [True, False])
def test_a_person_is_asked_where_the_keychain_does_not_tell(covered: Keys, absent: bool) -> None:
    passphrase = covered.keychain.get(KEY_ENTRY)
    assert passphrase
    covered.keychain.trouble = None if absent else TROUBLE
    if absent:
        covered.keychain.forget(KEY_ENTRY)
    covered.empty_agent()
    played = play(load_current(covered.agent_use), {"passphrase": passphrase})
    assert len(played.asks) == 1
    assert played.warnings == ([] if absent else ["passphrase-unread"])


def test_one_in_the_keychain_that_is_wrong_is_no_dead_end(covered: Keys) -> None:
    passphrase = covered.keychain.get(KEY_ENTRY)
    assert passphrase
    covered.keychain.store(KEY_ENTRY, Secret("of another key"))
    played = play(keep_passphrase(covered.passphrase), {"old_passphrase": passphrase})
    assert played.result["changed"]
    assert covered.opens(Secret("of another key"))


@pytest.mark.parametrize("action", [set_passphrase, remove_passphrase])
def test_a_typed_one_takes_its_place(covered: Keys, action: object) -> None:
    """The kept one is used to get in, then forgotten."""
    assert callable(action)
    answers = [TYPED] if action is set_passphrase else []
    played = play(action(covered.passphrase), *answers)
    assert played.result["changed"]
    assert covered.encrypted is (action is set_passphrase)
    assert covered.keychain.get(KEY_ENTRY) is None
    assert not fold(covered.journal.facts()).key_protected


def test_a_keychain_that_fails_leaves_the_key_as_it_is(keys: Keys) -> None:
    before = keys.files.private()
    keys.keychain.trouble = TROUBLE
    with pytest.raises(KeychainTrouble):
        play(keep_passphrase(keys.passphrase))
    assert keys.files.private() == before
    assert not keys.lock.holder()


def test_a_key_that_came_meanwhile_is_left_alone(keys: Keys, tmp_path: Path) -> None:
    private, _ = make_pair_in(tmp_path / "other")

    def renewed_elsewhere(event: Event) -> None:
        keys.files.install_private(Secret(private))

    with pytest.raises(InvalidFile) as raised:
        play(set_passphrase(keys.passphrase), TYPED, on_event=renewed_elsewhere)
    assert raised.value.code == "key-changed"
    assert keys.files.private() == Secret(private)


def make_pair_in(folder: Path) -> tuple[str, object]:
    folder.mkdir()
    private, certificate = make_pair(folder)
    return private.decode(), certificate


def test_saying_no_changes_nothing(keys: Keys) -> None:
    before = keys.files.private()
    with pytest.raises(Cancelled):
        play(set_passphrase(keys.passphrase))
    assert keys.files.private() == before
