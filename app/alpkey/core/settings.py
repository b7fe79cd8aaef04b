"""The person's settings, each declared once: key, type, default, reader, label and help."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from alpkey.core.moments import duration


class SettingsUnreadable(ValueError):
    """The settings hold an unknown key or a value that does not fit; the text says which."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text in quotes")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError('not a list of words, such as ["kitty"]')
    return tuple(value)


def _span(value: Any) -> timedelta:
    return duration(_text(value))


def _setting(default: Any, read: Callable[[Any], Any], label: str, help_text: str) -> Any:
    return field(default=default, metadata={"read": read, "label": label, "help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; what the person did not set has its default."""

    username: str = _setting(
        "", _text, "User name", "Your name at the centre, not your e-mail address."
    )
    lead_time: timedelta = _setting(
        timedelta(hours=2), _span, "Expiring", "How long before its end a key counts as expiring."
    )
    terminal: tuple[str, ...] = _setting(
        (), _words, "Terminal", "The program that Connect opens; the ssh command is put after it."
    )


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings in a parsed ``config.toml``.  Raises SettingsUnreadable."""
    readers = {one.name: one.metadata["read"] for one in fields(Settings)}
    values = {}
    for key, value in table.items():
        if key not in readers:
            raise SettingsUnreadable(f"there is no setting {key!r}")
        try:
            values[key] = readers[key](value)
        except (TypeError, ValueError) as wrong:
            raise SettingsUnreadable(f"{key}: {wrong}") from None
    return Settings(**values)
