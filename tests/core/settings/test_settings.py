"""The settings: declared once, read whole or refused with the reason, each in three forms."""

import tomllib
from datetime import time, timedelta

import pytest

from alpkey.core.settings.policy import choose
from alpkey.core.settings.settings import InvalidSettings, Setting, Settings, declared, read_values


def settings(text: str) -> Settings:
    return choose({}, read_values(tomllib.loads(text))).settings


def test_what_is_not_set_has_its_default() -> None:
    assert settings("") == Settings()


def test_what_is_set_is_read() -> None:
    found = settings("""
        username = "alice"
        lead_time = "90m"
        terminal = ["kitty", "-1"]
        icon = "ring"
        reminders = false
        remind_again = "15min"
        will_it_last_at = 16:30:00
        work_starts_at = "09:15"
        [clusters]
        eiger = true
        mine = "login.example.org"
    """)
    assert found == Settings(
        username="alice",
        lead_time=timedelta(minutes=90),
        terminal=("kitty", "-1"),
        icon="ring",
        reminders=False,
        remind_again=timedelta(minutes=15),
        will_it_last_at=time(16, 30),
        work_starts_at=time(9, 15),
        clusters=(("eiger", True), ("mine", "login.example.org")),
    )


@pytest.mark.parametrize(
    "text",
    [
        "username = 5",
        'username = "alice b"',
        'username = "a\\u0007"',
        'lead_time = "soon"',
        "lead_time = 5",
        'lead_time = "25h"',
        'lead_time = "99999999999d"',
        'terminal = "kitty"',
        "terminal = [1]",
        'icon = "round"',
        'reminders = "yes"',
        'work_starts_at = "24:00"',
        'work_starts_at = "9:00"',
        "clusters = true",
        "clusters.eiger = 1",
        'clusters.eiger = "-oProxyCommand=x"',
        'clusters."a b" = true',
        "odd = 1",
    ],
)
def test_what_does_not_fit_is_named(text: str) -> None:
    key = text.partition(" =")[0].partition(".")[0]
    with pytest.raises(InvalidSettings, match=key):
        settings(text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("username", "alice"),
        ("lead_time", "2h"),
        ("lead_time", "90m"),
        ("lead_time", "1d"),
        ("lead_time", "0s"),
        ("terminal", "kitty 'a b'"),
        ("terminal", ""),
        ("clusters", "eiger=on santis=off mine=login.example.org"),
        ("icon", "ring"),
        ("reminders", "off"),
        ("work_starts_at", "07:05"),
    ],
)
def test_a_text_comes_back_from_its_value(key: str, text: str) -> None:
    setting = declared()[key]
    assert setting.kind.text(setting.read(setting.typed(text))) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("reminders", "perhaps"),
        ("terminal", "kitty 'a"),
        ("icon", ""),
        ("lead_time", "2 h"),
        ("clusters", "eiger"),
        ("clusters", "eiger="),
    ],
)
def test_a_text_that_does_not_fit_is_refused(key: str, text: str) -> None:
    with pytest.raises(InvalidSettings, match=key):
        declared()[key].typed(text)


@pytest.mark.parametrize("setting", declared().values(), ids=lambda setting: setting.key)
def test_every_default_survives_all_forms(setting: Setting) -> None:
    kind = setting.kind
    assert setting.read(kind.plain(setting.default)) == setting.default
    assert setting.read(setting.typed(kind.text(setting.default))) == setting.default
    assert setting.label
    assert setting.help
    if kind.choices:
        assert kind.text(setting.default) in kind.choices


def test_a_policy_locks_and_a_person_decides_the_rest() -> None:
    found = choose({"icon": "ring"}, {"icon": "number", "username": "alice"})
    assert (found.settings.icon, found.settings.username) == ("ring", "alice")
    origins = [found.origins[key] for key in ("icon", "username", "lead_time")]
    assert origins == ["policy", "person", "shipped"]
    assert found.is_locked("icon")
    assert not found.is_locked("username")


def test_keys_to_pass_over_are_not_even_read() -> None:
    assert read_values({"icon": 5, "username": "alice"}, {"icon"}) == {"username": "alice"}
