"""The fake of a service that certifies keys made here."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from alpkey.core.certificate import read_certificate
from alpkey.core.errors import QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.ports_certificates import Duration, ListedKey
from alpkey.core.secret import Secret
from tests.keys import make_key, sign


class FakeCertificateService:
    """Signs with an authority of its own, in ``folder``, for alice and for one program."""

    name = "fake"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = make_key(folder / "authority")
        self._listed: dict[int, ListedKey] = {}
        self.token = Secret("a token")
        self.api_key = Secret("an API key")
        self._program_token = Secret("a program's token")
        self.left = 5
        self.loses_the_answer = False

    def sign(self, token: Secret, public_line: str, duration: Duration) -> str:
        self._require(token)
        if duration == "1d":
            if not self.left:
                raise QuotaUsedUp("quota-refused", message="no more", dashboard="a page")
            self.left -= 1
        key = self._folder / "sent"
        key.with_suffix(".pub").write_text(public_line)
        who = "alice" if token == self.token else "sa-alice"
        end = "+1d" if duration == "1d" else "+1m"
        serial = str(len(self._listed) + 2**63)
        line = sign(self._authority, key, "-n", who, "-V", f"-1m:{end}", "-z", serial).read_text()
        certificate = read_certificate(line.encode())
        assert certificate.valid_before
        self._listed[certificate.serial] = ListedKey(
            certificate.serial, certificate, certificate.valid_before, None
        )
        if self.loses_the_answer:
            raise Unreachable("answer-lost", host="fake", reason="a test", retryable=True)
        return line

    def listed(self, token: Secret, *, every: bool = False) -> tuple[ListedKey, ...]:
        self._require(token)
        now = datetime.now(UTC)
        return tuple(
            one
            for one in self._listed.values()
            if every or (one.revoked_at is None and now < one.valid_before)
        )

    def revoke(self, token: Secret, serial: int) -> None:
        self._require(token)
        if serial not in self._listed:
            raise SignInRefused("request-refused", site="fake", message="not found")
        self._listed[serial] = replace(self._listed[serial], revoked_at=datetime.now(UTC))

    def token_for(self, api_key: Secret) -> Secret:
        if api_key != self.api_key:
            raise SignInRefused("api-key-refused", site="fake")
        return self._program_token

    def _require(self, token: Secret) -> None:
        if token not in (self.token, self._program_token):
            raise SignInRefused("token-refused", site="fake", retryable=True)
