"""What was typed, checked before anything is sent."""

from datetime import UTC, datetime, timedelta

import pytest

from alpkey.core.errors import InvalidInput
from alpkey.core.secret import Secret
from alpkey.core.signin.credentials import held_for, read_credentials
from alpkey.core.state.journal import Known
from tests.core.sites import site


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "12 34 56\n"])
def test_a_code_may_hold_spaces(typed: str) -> None:
    found = read_credentials({"password": Secret("pw"), "otp": Secret(typed)}, "alice", site())
    assert found.otp.reveal() == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "\uff11\uff12\uff13\uff14\uff15\uff16"]
)
def test_other_codes_are_not_sent(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_credentials({"password": Secret("pw"), "otp": Secret(typed)}, "alice", site())
    assert refusal.value.params["field"] == "otp"
    assert typed not in map(str, refusal.value.params.values()) or not typed


@pytest.mark.parametrize("name", ["", "Alice", "al", "a" * 17, "1alice", "a@b.ch", "alice\nbob"])
def test_odd_user_names_are_not_sent(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_credentials({"password": Secret("pw"), "otp": Secret("123456")}, name, site())
    assert refusal.value.params["field"] == "username"


def test_a_password_is_taken_letter_by_letter() -> None:
    answer = {"username": "bob", "password": Secret(" ä'\"$ "), "otp": Secret("123456")}
    found = read_credentials(answer, "alice", site())
    assert (found.username, found.password.reveal()) == ("bob", " ä'\"$ ")


@pytest.mark.parametrize(
    ("refusals", "later_s", "held"), [(2, 1, 0), (3, 1, 19), (3, 19, 1), (3, 20, 0), (5, 7, 13)]
)
def test_a_code_is_held_back_to_the_end_of_its_step(refusals: int, later_s: int, held: int) -> None:
    at = datetime(2026, 11, 24, 9, 12, 10, tzinfo=UTC)
    known = Known(refusals_in_a_row=refusals, refused_at=at)
    assert held_for(known, at + timedelta(seconds=later_s), 30) == held
