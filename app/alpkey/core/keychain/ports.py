"""The ports to the system's keychain and to the generator of one-time codes."""

from datetime import datetime
from typing import Protocol

from alpkey.core.secret import Secret


class Keychain(Protocol):
    """The system's own store of secrets; there is no other, and least of all a plain file.

    Every method raises KeychainTrouble, whose code tells absent, locked, refused, hanging and
    vanished apart, and none waits for ever.  All but ``check``, ``is_locked`` and ``opens_unasked``
    may make the system ask a person to unlock it.
    """

    def check(self) -> None:
        """Returns where there is a keychain that can be trusted; asks nobody."""

    def is_locked(self) -> bool:
        """Whether reading would ask a person; false, too, where that cannot be told."""

    def opens_unasked(self) -> bool:
        """Whether reading asks nobody; false, too, where that cannot be told."""

    def get(self, entry: str) -> Secret | None:
        """What is stored under this name, if anything is."""

    def store(self, entry: str, secret: Secret) -> None:
        """Stores it in place of what was there."""

    def forget(self, entry: str) -> bool:
        """Removes it; whether there was anything."""


class CodeGenerator(Protocol):
    """Makes one-time codes from the secret that an authenticator app is set up with.

    The secret is an otpauth URI, whose digits, period and algorithm hold, or plain base32.
    Both methods raise InvalidInput (totp-unfit), with the reason in words and nothing of the
    secret.
    """

    def check(self, secret: Secret) -> None:
        """Returns where codes can be made from it."""

    def code(self, secret: Secret, now: datetime) -> Secret:
        """The code of this moment."""
