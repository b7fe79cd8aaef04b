"""The port to a service that issues key and certificate for a password and a one-time code."""

from dataclasses import dataclass
from typing import Protocol

from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the classic service requires; their form is checked before this is built.

    ``kept``: the password comes from the keychain and was not typed.
    """

    username: str
    password: Secret
    otp: Secret
    kept: bool = False


class KeyService(Protocol):
    """A service that issues key and certificate for username, password and one-time code."""

    @property
    def name(self) -> str: ...

    def prove(self) -> None:
        """Return once the service has shown, without any credentials, that it is the service.

        Raises NeedsBrowser where it is retired, Unreachable where that cannot be determined.
        """

    def issue(self, credentials: Credentials) -> IssuedPair:
        """Issue a pair; this spends a slot of the quota.

        Raises SignInRefused, QuotaUsedUp or InvalidFile where the service declined, and Unreachable
        otherwise; its code is ``answer-lost`` where the request may have reached the service.
        """
