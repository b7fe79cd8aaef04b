"""Every code that the program raises has its words."""

import ast
import string
import time
from pathlib import Path

import pytest

import alpkey
from alpkey.core import errors
from alpkey.core.errors import AlpkeyError, Unreachable
from alpkey.core.messages import errors_general, errors_keys, errors_signin, errors_ssh
from alpkey.core.messages.describe_error import error_object
from alpkey.core.messages.errors import ERRORS
from alpkey.core.messages.warnings import STEPS, WARNINGS, warning_text

SOURCE = Path(alpkey.__file__).parent


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")]


def _first_arguments(names: set[str]) -> set[str]:
    """The first argument, where it is a string literal, of every call to one of ``names``."""
    return {
        call.args[0].value
        for tree in _trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in names
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _classes() -> list[type[AlpkeyError]]:
    return [
        member
        for member in vars(errors).values()
        if isinstance(member, type)
        and issubclass(member, AlpkeyError)
        and member is not AlpkeyError
    ]


def test_every_error_code_has_words() -> None:
    names = {error.__name__ for error in _classes()} | {"NotSent", "AnswerLost"}
    used = _first_arguments(names) | {error.default_code for error in _classes()}
    assert used - ERRORS.keys() == set()


def test_no_error_code_has_words_in_two_tables() -> None:
    tables = (errors_general, errors_keys, errors_signin, errors_ssh)
    assert sum(len(table.ERRORS) for table in tables) == len(ERRORS)


def test_every_warning_and_step_has_words() -> None:
    assert _first_arguments({"Warn"}) - WARNINGS.keys() == set()
    assert _first_arguments({"Step"}) - STEPS.keys() == set()


def test_exit_codes_are_those_of_the_contract_and_differ() -> None:
    """Only the agent and the keychain share one."""
    codes = [error.exit_code for error in _classes()]
    assert sorted(codes) == [2, 3, 4, 5, 6, 7, 9, 10, 11, 11, 12]


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_names_the_next_step_and_its_params(code: str) -> None:
    description = ERRORS[code]
    assert description.next_step
    text = description.title + description.detail + description.next_step
    assert "!" not in text
    parsed = string.Formatter().parse(text)
    assert all(name != "" for _, name, _, _ in parsed)


def test_an_error_as_an_object() -> None:
    shown = error_object(errors.NoKey(key_path="/k"))
    assert list(shown) == ["code", "title", "detail", "next_step", "retryable", "params"]
    assert shown["detail"] == "/k does not exist."


def test_times_are_local_in_sentences_and_utc_in_params(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    try:
        shown = error_object(errors.KeyExpired(ended="2026-07-24T16:42:00Z"))
        warning = warning_text("lock-wait", {"process": "alpkey", "since": "no moment"})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "Fri 2026-07-24 18:42" in shown["detail"]
    assert shown["params"] == {"ended": "2026-07-24T16:42:00Z"}
    assert "since no moment" in warning


def test_who_holds_the_lock_need_not_renew() -> None:
    """Settings, passphrases and imports take it, too."""
    held = Unreachable("lock-held", process="alpkey (1)", host="here", since="now")
    shown = [error_object(held)["title"], warning_text("lock-wait", {"process": "x", "since": "y"})]
    assert not any("renewal" in text for text in shown)
