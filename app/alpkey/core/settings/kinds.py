"""The types that a setting can have, and the three forms of a value of each.

A *plain* value is what TOML and JSON hold, a *value* is what the program works with, and a *text*
is what the user types and reads.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any, NamedTuple

from alpkey.core.timestamps import duration, short_span

Plain = str | bool | list[str] | dict[str, bool | str]
Clusters = tuple[tuple[str, bool | str], ...]

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*")
_SWITCH = {True: "on", False: "off"}
_SWITCHED = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


class Kind(NamedTuple):
    """``read`` makes a value of a plain one, ``typed`` a plain one of a text; ``plain`` and
    ``text`` go back.  The first two raise TypeError or ValueError with the reason in words.

    ``choices`` are all texts there are, where these are few.
    """

    name: str
    read: Callable[[Any], Any]
    plain: Callable[[Any], Plain]
    typed: Callable[[str], Plain]
    text: Callable[[Any], str]
    choices: tuple[str, ...] = ()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text in quotes")
    if not value.isprintable():
        raise ValueError("holds letters that cannot be printed")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError('not a list of words, such as ["kitty"]')
    return tuple(_text(word) for word in value)


def _span(value: Any) -> timedelta:
    return duration(_text(value))


def _clock(value: Any) -> time:
    """TOML's own local time is taken, too."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    text = _text(value)
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is no time of day such as 17:00")
    return time.fromisoformat(text)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _switched(text: str) -> bool:
    if text not in _SWITCHED:
        raise ValueError(f"{text!r} is neither on nor off")
    return _SWITCHED[text]


def _clusters(value: Any) -> Clusters:
    if not isinstance(value, Mapping):
        raise TypeError("not a table of clusters")
    for name, what in value.items():
        if not _ALIAS.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a cluster")
        if not isinstance(what, bool) and not (
            isinstance(what, str) and _HOST_NAME.fullmatch(what)
        ):
            raise ValueError(f"{name}: neither true, false, nor the name of a host in quotes")
    return tuple(value.items())


def _typed_clusters(text: str) -> Plain:
    clusters: dict[str, bool | str] = {}
    for word in text.split():
        name, equals, what = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not of the form NAME=on, NAME=off or NAME=HOST")
        clusters[name] = _SWITCHED.get(what, what)
    return clusters


def _clusters_text(clusters: Clusters) -> str:
    return " ".join(
        f"{name}={_SWITCH[what] if isinstance(what, bool) else what}" for name, what in clusters
    )


TEXT = Kind("text", _text, str, str, str)
WORDS = Kind("words", _words, list, shlex.split, shlex.join)
SPAN = Kind("span", _span, short_span, str, short_span)
CLOCK = Kind("clock", _clock, "{:%H:%M}".format, str, "{:%H:%M}".format)
SWITCH = Kind("switch", _switch, bool, _switched, _SWITCH.__getitem__, ("on", "off"))
CLUSTERS = Kind("clusters", _clusters, dict, _typed_clusters, _clusters_text)


def choice(*choices: str) -> Kind:
    """One of these words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"not one of {', '.join(choices)}")
        return str(value)

    return Kind("choice", read, str, str, str, choices)
