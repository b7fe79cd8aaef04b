"""The settings: read whole, or refused with the reason."""

from datetime import timedelta

import pytest

from alpkey.core.settings import Settings, SettingsUnreadable, read_settings


def test_what_is_not_set_has_its_default() -> None:
    assert read_settings({}) == Settings()


def test_what_is_set_is_read() -> None:
    found = read_settings({"username": "alice", "lead_time": "90m", "terminal": ["kitty", "-1"]})
    assert found == Settings("alice", timedelta(minutes=90), ("kitty", "-1"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("username", 5), ("lead_time", "soon"), ("lead_time", 5), ("terminal", "kitty"), ("odd", 1)],
)
def test_what_does_not_fit_is_named(key: str, value: object) -> None:
    with pytest.raises(SettingsUnreadable, match=key):
        read_settings({key: value})
