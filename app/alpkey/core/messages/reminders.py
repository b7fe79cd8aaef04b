"""The words of reminders and of the notice that a login is waiting for a key."""

from collections.abc import Mapping
from typing import NamedTuple


class ReminderText(NamedTuple):
    """The title and body of a reminder."""

    title: str
    body: str


RENEW = "Renew"

LATER = "Later"

REMIND_ME_LATER = "Remind me in 30 minutes"

REMINDERS: Mapping[str, ReminderText] = {
    "will-it-last": ReminderText(
        "The {site} key is valid until {end}",
        "That is before work starts. A key that is made now lasts longer.",
    ),
    "soon": ReminderText(
        "The {site} key is valid until {end}", "After that no new login works, until it is renewed."
    ),
    "again": ReminderText(
        "The {site} key is valid until {end}", "That is soon. After that no new login works."
    ),
    "expired": ReminderText(
        "The {site} key has expired",
        "It was valid until {end}. What is open stays open; a new login needs a new key.",
    ),
}

# Those after which a login is about to fail, or fails.
UNTIL_ANSWERED = ("again", "expired")

# The body and the buttons of the notice that a login is waiting.
LOGIN_CONTINUES = "It goes on by itself once the key is renewed."

RENEW_NOW, NOT_NOW = "Renew key\N{HORIZONTAL ELLIPSIS}", "Not now"


def login_is_waiting(host: str | None) -> str:
    """The title of the notice that a login is waiting; ``host`` where it is known."""
    return f"{f'ssh {host}' if host else 'A login'} waits for your key"
