"""The port to a service that certifies keys made here, lists and revokes its certificates."""

from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from alpkey.core.keys.certificate import Certificate
from alpkey.core.secret import Secret

Duration = Literal["1d", "1min"]


class ListedKey(NamedTuple):
    """A certificate as the service lists it; ``certificate`` is None where it cannot be read."""

    serial: int
    certificate: Certificate | None
    valid_before: datetime
    revoked_at: datetime | None


class CertificateService(Protocol):
    """Every call is made with an access token of a few minutes.

    Each raises SignInRefused (``token-refused``) where the token is no longer accepted, and
    Unreachable where no usable answer came.
    """

    @property
    def name(self) -> str: ...

    def sign(self, token: Secret, public_line: str, duration: Duration) -> str:
        """The line of a certificate for the key in ``public_line``, as sent; not yet checked.

        Spends a slot of the quota unless ``duration`` is a minute.  Raises QuotaUsedUp or
        SignInRefused where the service declined; Unreachable with the code ``answer-lost`` where
        the request may have reached the service: :meth:`listed` shows its outcome.
        """

    def listed(self, token: Secret, *, every: bool = False) -> tuple[ListedKey, ...]:
        """The account's certificates; with ``every`` also those expired or revoked."""

    def revoke(self, token: Secret, serial: int) -> None:
        """Returns once the certificate is revoked, also where it was before."""

    def token_for(self, api_key: Secret) -> Secret:
        """An access token for a service account.  Raises SignInRefused (``api-key-refused``)."""
