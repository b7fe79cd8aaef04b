"""The ports to the system's keychain and to the generator of one-time codes."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from alpkey.core.secret import Secret


class Keychain(Protocol):
    """The system's own store of secrets; there is no other, and least of all a plain file.

    Every method raises KeychainTrouble, whose code distinguishes absent, locked, refused, hanging
    and vanished, and none waits for ever.  All but ``check``, ``is_locked`` and ``opens_unasked``
    may make the system ask the user to unlock it.
    """

    def check(self) -> None:
        """Return where there is a keychain that can be trusted; no prompt is shown."""

    def is_locked(self) -> bool:
        """Whether reading would prompt the user; false, too, where that is unknown."""

    def opens_unasked(self) -> bool:
        """Whether reading shows no prompt; false, too, where that is unknown."""

    def get(self, entry: str) -> Secret | None:
        """What is stored under this name, if anything is."""

    def store(self, entry: str, secret: Secret) -> None:
        """Store it, replacing an earlier one."""

    def forget(self, entry: str) -> bool:
        """Remove it; return whether there was anything."""


CheckCodeSecret = Callable[[Secret], None]
"""``(secret)``: return where one-time codes can be made from ``secret``: an otpauth URI, whose
digits, period and algorithm apply, or plain base32.

Raises InvalidInput (``totp-unfit``), with the reason in words and no part of the secret.
"""

MakeCode = Callable[[Secret, datetime], Secret]
"""``(secret, now)``: the one-time code of this time.  Raises as CheckCodeSecret does."""
