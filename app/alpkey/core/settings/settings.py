"""The user's settings, each declared once: key, type, default, check, label and help.

The command ``alpkey settings``, the page of the main window and the manual's table are made of
what stands here.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from functools import cache
from typing import Any, NamedTuple

from alpkey.core.agent import askpass
from alpkey.core.settings.kinds import (
    CLOCK,
    CLUSTERS,
    SPAN,
    SWITCH,
    TEXT,
    WORDS,
    Clusters,
    Kind,
    Plain,
    choice,
)

KEEP_SIGN_IN = "keep_sign_in"

TELL_UPDATES = "tell_updates"

CONFIRM_EACH_USE = "confirm_each_use"

SITE = "site"
DEFAULT_SITE = "cscs"

Check = Callable[[Any], str | None]
Lacks = Callable[[Mapping[str, str], str, Callable[[str], object]], str | None]
"""What keeps a setting from working here, in words: see :func:`alpkey.core.agent.askpass.lacks`."""


class InvalidSettings(ValueError):
    """The settings hold an unknown key or a value that does not fit; the text says which."""


class Setting(NamedTuple):
    """One setting as it is declared.  ``check`` says in words why a value is not to be taken.

    ``lacks`` says what is missing on a computer for the setting to work.
    """

    key: str
    kind: Kind
    default: Any
    label: str
    help: str
    check: Check | None = None
    lacks: Lacks | None = None

    def read(self, plain: Any) -> Any:
        """The value in ``plain``, which comes from a file.  Raises InvalidSettings."""
        try:
            value = self.kind.read(plain)
        except (TypeError, ValueError) as error:
            raise InvalidSettings(f"{self.key}: {error}") from None
        if self.check and (reason := self.check(value)):
            raise InvalidSettings(f"{self.key}: {reason}")
        return value

    def typed(self, text: str) -> Plain:
        """The plain value of what the user typed.  Raises InvalidSettings."""
        try:
            plain = self.kind.typed(text)
        except ValueError as error:
            raise InvalidSettings(f"{self.key}: {error}") from None
        return self.kind.plain(self.read(plain))


def _setting(
    default: Any,
    kind: Kind,
    label: str,
    help_text: str,
    check: Check | None = None,
    lacks: Lacks | None = None,
) -> Any:
    declaration = {"kind": kind, "label": label, "help": help_text, "check": check, "lacks": lacks}
    return field(default=default, metadata=declaration)


def _site_file(name: str) -> str | None:
    """Why ``name`` cannot be that of a site file; whether there is one, the file system says."""
    return None if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name) else f"{name!r} names no site file"


def no_such_site(name: str, known: Collection[str]) -> str:
    return f"{SITE}: there is no site file for {name!r}; there are: {', '.join(known)}"


def _one_word(name: str) -> str | None:
    return "has a space in it" if " " in name else None


def _absolute(command: tuple[str, ...]) -> str | None:
    return None if not command or command[0].startswith("/") else "does not begin with /"


def _within_a_day(span: timedelta) -> str | None:
    return "longer than a key lives (1d)" if span > timedelta(days=1) else None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; each that is not set has its default."""

    username: str = _setting(
        "", TEXT, "User name", "Your name at the centre, not your e-mail address.", _one_word
    )
    site: str = _setting(
        DEFAULT_SITE, TEXT, "Centre", "The name of the site file that describes it.", _site_file
    )
    lead_time: timedelta = _setting(
        timedelta(hours=2),
        SPAN,
        "Expiring",
        "How long before its end a key counts as expiring.",
        _within_a_day,
    )
    terminal: tuple[str, ...] = _setting(
        (), WORDS, "Terminal", "The program that Connect opens; the ssh command is put after it."
    )
    clusters: Clusters = _setting(
        (),
        CLUSTERS,
        "Clusters",
        "Shown in menu and windows. The command takes: eiger=on santis=off mine=login.example.org",
    )
    icon: str = _setting(
        "number",
        choice("number", "ring"),
        "Icon",
        "The hours left inside the ring, or the ring alone.",
    )
    submit_at_sixth_digit: bool = _setting(
        True, SWITCH, "Sign in at the sixth digit", "Without waiting for Enter."
    )
    share_connections: bool = _setting(
        False,
        SWITCH,
        "Share connections",
        "Logins to a cluster go through one that is open, and 10 min longer, key or no key.",
    )
    only_ipv4: bool = _setting(
        False,
        SWITCH,
        "IPv4 only",
        "ssh passes over the IPv6 addresses of the centre, for networks that swallow what is sent "
        "there.",
    )
    refuse_without_key: bool = _setting(
        False,
        SWITCH,
        "Quick refusal",
        "With a key on demand: where none could be had, ssh says so and asks no host. Of use where "
        "every ssh is OpenSSH 10.1 or newer.",
    )
    confirm_each_use: bool = _setting(
        False,
        SWITCH,
        "Confirm each use",
        "The ssh agent asks you whenever the key is used, at each host. Of use with a passphrase.",
        lacks=askpass.lacks,
    )
    keep_sign_in: str = _setting(
        "ask",
        choice("ask", "yes", "no"),
        "Stay signed in",
        "Renew without a sign-in while the centre allows it, about a day; kept in the keychain.",
    )
    after_renewal: tuple[str, ...] = _setting(
        (),
        WORDS,
        "After each renewal",
        "A program of yours that is run then, by its absolute path, for 30 s at most.",
        _absolute,
    )
    tell_updates: bool = _setting(
        False,
        SWITCH,
        "Newer versions",
        "Ask once a day whether there is one, and say so in the menu. Nothing is replaced. Of no "
        "use where a package manager brings them.",
    )
    reminders: bool = _setting(
        True, SWITCH, "Reminders", "Say when the key is about to run out, and when it has."
    )
    remind_before: timedelta = _setting(
        timedelta(hours=2),
        SPAN,
        "First reminder",
        "How long before the key's end.",
        _within_a_day,
    )
    remind_again: timedelta = _setting(
        timedelta(minutes=30),
        SPAN,
        "Second reminder",
        "How long before the key's end.",
        _within_a_day,
    )
    will_it_last_at: time = _setting(
        time(17),
        CLOCK,
        "Will it last?",
        "When to say that the key ends before work starts the next day.",
    )
    work_starts_at: time = _setting(
        time(10), CLOCK, "Work starts", "Until when a key has to last the next day."
    )


@cache
def declared() -> Mapping[str, Setting]:
    """Every setting by its key, in the order of the page."""
    return {
        row.name: Setting(key=row.name, default=row.default, **row.metadata)
        for row in fields(Settings)
    }


def read_values(table: Mapping[str, Any], passing_over: Collection[str] = ()) -> dict[str, Any]:
    """The values in a parsed file, but for the keys to pass over.  Raises InvalidSettings."""
    values = {}
    for key, plain in table.items():
        if key in passing_over:
            continue
        if key not in declared():
            raise InvalidSettings(f"there is no setting {key!r}")
        values[key] = declared()[key].read(plain)
    return values
