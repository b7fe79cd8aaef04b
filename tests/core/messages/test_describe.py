"""The words: every code that the program raises has its sentences, and times read well."""

import ast
import string
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import alpkey
from alpkey.core import errors
from alpkey.core.errors import AlpkeyError
from alpkey.core.messages import describe

SOURCE = Path(alpkey.__file__).parent
CET = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=CET)


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in SOURCE.rglob("*.py")]


def _first_words_of_calls(names: set[str]) -> set[str]:
    """The first argument, where it is a text, of every call to one of ``names``."""
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
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, AlpkeyError) and thing is not AlpkeyError
    ]


def test_every_error_code_has_words() -> None:
    names = {one.__name__ for one in _classes()} | {"NotSent", "AnswerLost"}
    used = _first_words_of_calls(names) | {one.default_code for one in _classes()}
    assert used - describe.ERRORS.keys() == set()


def test_every_warning_and_step_has_words() -> None:
    assert _first_words_of_calls({"Warn"}) - describe.WARNINGS.keys() == set()
    assert _first_words_of_calls({"Step"}) - describe.STEPS.keys() == set()


def test_exit_codes_are_those_of_the_contract_and_differ() -> None:
    """But the agent and the keychain share one."""
    codes = [one.exit_code for one in _classes()]
    assert sorted(codes) == [2, 3, 4, 5, 6, 7, 9, 10, 11, 11, 12]


@pytest.mark.parametrize("code", describe.ERRORS)
def test_an_error_says_what_to_do_next_and_blames_nobody(code: str) -> None:
    plain = describe.ERRORS[code]
    assert plain.next_step
    assert "!" not in plain.title + plain.detail + plain.next_step
    parsed = string.Formatter().parse(plain.title + plain.detail + plain.next_step)
    assert all(name != "" for _, name, _, _ in parsed)


def test_an_error_as_an_object() -> None:
    said = describe.error_object(errors.NoKey(key_path="/k"))
    assert list(said) == ["code", "title", "detail", "next_step", "retryable", "params"]
    assert said["detail"] == "/k does not exist."


def test_moments_in_sentences_are_local_and_in_params_utc(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    try:
        said = describe.error_object(errors.KeyExpired(ended="2026-07-24T16:42:00Z"))
        waits = describe.warning("lock-wait", {"process": "alpkey", "since": "no moment"})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "Fri 2026-07-24 18:42" in said["detail"]
    assert said["params"] == {"ended": "2026-07-24T16:42:00Z"}
    assert "since no moment" in waits


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(hours=13, minutes=42, seconds=59), "13 h 42 min"),
        (timedelta(minutes=60), "1 h 0 min"),
        (timedelta(minutes=42), "42 min"),
        (timedelta(seconds=59), "less than a minute"),
    ],
)
def test_spans(left: timedelta, text: str) -> None:
    assert describe.span(left) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 24, 16, 42, tzinfo=UTC), "until Tue 17:42"),
        (datetime(2026, 11, 25, 16, 42, tzinfo=UTC), "until Wed 17:42"),
        (datetime(2027, 1, 1, 16, 42, tzinfo=UTC), "until 2027-01-01 17:42"),
        (None, "for ever"),
    ],
)
def test_until_speaks_in_the_local_zone(moment: datetime | None, text: str) -> None:
    assert describe.until(moment, NOW) == text


def test_clock_time_names_the_day_only_where_it_is_another() -> None:
    assert describe.clock_time(datetime(2026, 11, 24, 13, 10, tzinfo=UTC), NOW) == "14:10"
    assert describe.clock_time(datetime(2026, 11, 25, 13, 10, tzinfo=UTC), NOW) == "Wed 14:10"
