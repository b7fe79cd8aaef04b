"""The single secret of an account that the keychain may hold, and its format there.

Password and code generator share one entry, so that storing one removes the other: a stolen
keychain never contains both factors.
"""

import json
from dataclasses import dataclass
from typing import Literal, NamedTuple

from alpkey.core.json_text import parse_json
from alpkey.core.secret import Secret

Kind = Literal["password", "totp"]
KINDS: tuple[Kind, ...] = ("password", "totp")
NOTHING = "nothing"

# The name of the entry with the passphrase of the private key.
KEY_ENTRY = "passphrase of the key"

# Whether to save the password: a field of a question and of its answer.
KEEP = "keep"


class SavedSecret(NamedTuple):
    """A password, or what an authenticator app is set up with (totp)."""

    kind: Kind
    secret: Secret


def entry_name(account: str) -> str:
    """The name of the account's entry."""
    return f"sign-in of {account}"


def session_name(account: str) -> str:
    """The name of the entry with the account's refresh token."""
    return f"session of {account}"


@dataclass(frozen=True, slots=True)
class SavedSession:
    """A saved sign-in: the refresh token, its username, and what is known of the provider."""

    refresh: Secret
    username: str | None = None
    provider: str = ""


def session_to_entry(session: SavedSession) -> Secret:
    row = {
        "refresh": session.refresh.reveal(),
        "username": session.username,
        "provider": session.provider,
    }
    return Secret(json.dumps(row))


def session_from_entry(entry: Secret) -> SavedSession | None:
    """None where the text is unknown, such as that of a later version."""
    try:
        row = parse_json(entry.reveal())
        refresh, username, provider = (row[name] for name in ("refresh", "username", "provider"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not (isinstance(refresh, str) and refresh and isinstance(provider, str)):
        return None
    return SavedSession(Secret(refresh), username if isinstance(username, str) else None, provider)


def to_entry(saved: SavedSecret) -> Secret:
    return Secret(json.dumps({saved.kind: saved.secret.reveal()}))


def from_entry(entry: Secret) -> SavedSecret | None:
    """None where the text is unknown, such as that of a later version."""
    try:
        ((kind, secret),) = parse_json(entry.reveal()).items()
    except (ValueError, AttributeError, RecursionError):
        return None
    if kind not in KINDS or not isinstance(secret, str):
        return None
    return SavedSecret(kind, Secret(secret))
