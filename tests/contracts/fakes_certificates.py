"""The fake of a service that certifies keys made here."""

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    SSHCertificateBuilder,
    SSHCertificateType,
    load_ssh_public_identity,
)

from alpkey.core.errors import QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.keys.certificate import read_certificate
from alpkey.core.keys.certificate_service import Duration, ListedKey
from alpkey.core.secret import Secret
from alpkey.core.timestamps import Clock

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class FakeCertificateService:
    """Signs with an authority of its own for one person and for one program, by a clock of its own.

    ``limit`` keys of a day may live at a time; ``spent`` counts all that there ever were.
    """

    name = "fake"

    def __init__(self, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._authority = Ed25519PrivateKey.generate()
        self._listed: dict[int, ListedKey] = {}
        self._slots: set[int] = set()
        self.account = "alice"
        self.token = Secret("a token")
        self.api_key = Secret("an API key")
        self._program_token = Secret("a program's token")
        self.limit = 5
        self.loses_the_answer = False

    @property
    def spent(self) -> int:
        return len(self._slots)

    @property
    def left(self) -> int:
        """How many keys of a day are to be had now."""
        return self.limit - sum(one.serial in self._slots for one in self._living())

    def sign(self, token: Secret, public_line: str, duration: Duration) -> str:
        self._require(token)
        serial = len(self._listed) + 2**63
        if duration == "1d":
            if self.left <= 0:
                raise QuotaUsedUp("quota-refused", message="no more", dashboard="a page")
            self._slots.add(serial)
        who = self.account if token == self.token else "sa-alice"
        line = self._signed(public_line, who, serial, DAY if duration == "1d" else MINUTE)
        certificate = read_certificate(line.encode())
        assert certificate.valid_before
        self._listed[serial] = ListedKey(serial, certificate, certificate.valid_before, None)
        if self.loses_the_answer:
            raise Unreachable("answer-lost", host="fake", reason="a test", retryable=True)
        return line

    def listed(self, token: Secret, *, every: bool = False) -> tuple[ListedKey, ...]:
        self._require(token)
        return tuple(self._listed.values()) if every else self._living()

    def revoke(self, token: Secret, serial: int) -> None:
        self._require(token)
        if serial not in self._listed:
            raise SignInRefused("request-refused", site="fake", message="not found")
        self._listed[serial] = self._listed[serial]._replace(revoked_at=self._clock())

    def token_for(self, api_key: Secret) -> Secret:
        if api_key != self.api_key:
            raise SignInRefused("api-key-refused", site="fake", variable="FAKE_API_KEY")
        return self._program_token

    def _living(self) -> tuple[ListedKey, ...]:
        now = self._clock()
        return tuple(
            one
            for one in self._listed.values()
            if one.revoked_at is None and now < one.valid_before
        )

    def _signed(self, public_line: str, who: str, serial: int, life: timedelta) -> str:
        now = self._clock()
        builder = (
            SSHCertificateBuilder()
            .public_key(load_ssh_public_identity(public_line.encode()))  # type: ignore[arg-type]
            .serial(serial)
            .type(SSHCertificateType.USER)
            .key_id(b"a key id")
            .valid_principals([who.encode()])
            .valid_after(int((now - MINUTE).timestamp()))
            .valid_before(int((now + life).timestamp()))
        )
        return builder.sign(self._authority).public_bytes().decode()

    def _require(self, token: Secret) -> None:
        if token not in (self.token, self._program_token):
            raise SignInRefused("token-refused", site="fake", retryable=True)
