"""The user's settings, each declared once: key, type, default, check, label and help.

The command ``alpkey settings``, the page of the main window and the manual's table are made of
what is declared here.
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


def _account_name(name: str) -> str | None:
    """A name becomes part of commands and files, so it is no path and no option."""
    if " " in name:
        return "has a space in it"
    plain = re.fullmatch(r"(\w[\w.@+-]{0,99})?", name)
    return None if plain else "is no username"


def _absolute(command: tuple[str, ...]) -> str | None:
    return None if not command or command[0].startswith("/") else "does not begin with /"


def _within_a_day(span: timedelta) -> str | None:
    return "longer than a key is valid (1d)" if span > timedelta(days=1) else None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; each that is not set has its default."""

    username: str = _setting(
        "", TEXT, "Username", "Your CSCS username, not your e-mail address.", _account_name
    )
    site: str = _setting(
        DEFAULT_SITE, TEXT, "Centre", "Name of the site file that describes it.", _site_file
    )
    lead_time: timedelta = _setting(
        timedelta(hours=2),
        SPAN,
        "Warn before expiry",
        "Show the key as expiring this long before it expires.",
        _within_a_day,
    )
    terminal: tuple[str, ...] = _setting(
        (), WORDS, "Terminal", "Program that Connect opens; empty for the desktop's own."
    )
    clusters: Clusters = _setting((), CLUSTERS, "Clusters", "Shown in the menu and windows.")
    icon: str = _setting(
        "number",
        choice("number", "ring"),
        "Icon",
        "Show the hours left inside the ring, or the ring alone.",
    )
    submit_at_sixth_digit: bool = _setting(
        True, SWITCH, "Sign in at the sixth digit", "Without waiting for Enter."
    )
    share_connections: bool = _setting(
        False,
        SWITCH,
        "Reuse connections",
        "New logins share an open one (ssh ControlMaster); it stays open 10 min, even after the "
        "key expires.",
    )
    only_ipv4: bool = _setting(False, SWITCH, "IPv4 only", "For networks where IPv6 to CSCS hangs.")
    refuse_without_key: bool = _setting(
        False,
        SWITCH,
        "Stop ssh when there is no key",
        "Fail at once instead of contacting the host. Needs OpenSSH 10.1.",
    )
    confirm_each_use: bool = _setting(
        False,
        SWITCH,
        "Confirm each use",
        "The ssh agent asks you each time the key is used. Needs a key with a passphrase.",
        lacks=askpass.lacks,
    )
    keep_sign_in: str = _setting(
        "ask",
        choice("ask", "yes", "no"),
        "Stay signed in",
        "Renew without signing in for about a day. Your sign-in is stored in the system keychain.",
    )
    after_renewal: tuple[str, ...] = _setting(
        (),
        WORDS,
        "Run after renewal",
        "Full path of a program; stopped after 30 s.",
        _absolute,
    )
    tell_updates: bool = _setting(
        False,
        SWITCH,
        "Check for updates",
        "Once a day. Alpkey never installs them.",
    )
    reminders: bool = _setting(
        True, SWITCH, "Reminders", "Show a notification before the key expires, and when it has."
    )
    remind_before: timedelta = _setting(
        timedelta(hours=2),
        SPAN,
        "First reminder",
        "This long before the key expires.",
        _within_a_day,
    )
    remind_again: timedelta = _setting(
        timedelta(minutes=30),
        SPAN,
        "Second reminder",
        "This long before the key expires.",
        _within_a_day,
    )
    will_it_last_at: time = _setting(
        time(17), CLOCK, "Evening check", "Remind me at this time if the key expires overnight."
    )
    work_starts_at: time = _setting(
        time(10), CLOCK, "Key should last until", "On the next day; for the evening check."
    )


@cache
def declared() -> Mapping[str, Setting]:
    """Every setting by its key, in the order of the page."""
    return {
        row.name: Setting(key=row.name, default=row.default, **row.metadata)
        for row in fields(Settings)
    }


def unknown_keys(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that no setting of this version has; those of a newer one, or misspelt."""
    return tuple(key for key in table if key not in declared())


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
