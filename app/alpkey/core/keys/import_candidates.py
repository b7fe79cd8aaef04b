"""Which of the certificates that were found to install, and what is wrong if none can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alpkey.core.errors import AlpkeyError, InvalidFile, KeyExpired
from alpkey.core.keys.certificate import CLOCK_SLACK, Certificate, CertificateKind
from alpkey.core.keys.key_file_kinds import Download, FoundCertificate, UnusableFile
from alpkey.core.secret import Secret
from alpkey.core.timestamps import rfc3339

# What a key is called that cannot be used as it is.
SPOILED_KEYS = ("import-putty", "import-torn", "import-damaged", "import-hidden")
_NO_KEY_HURDLE = 2

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A private key with its plain public key; ``download`` is None for the installed key."""

    private: Secret
    public_key: bytes
    encrypted: bool
    download: Download | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The pair to install, and the downloads that hold it or a copy of a part of it."""

    key: OwnedKey
    line: str
    certificate: Certificate
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything that was found; ``installed`` is the key on this computer.

    ``account`` is the username where it is known, ``dashboard`` the page to get keys at,
    and ``key_file`` the name of the file that a key has there.
    """

    keys: Sequence[OwnedKey]
    certificates: Sequence[FoundCertificate]
    useless: Sequence[UnusableFile]
    installed: OwnedKey | None
    account: str | None
    dashboard: str
    key_file: str

    def choose(self, now: datetime) -> Choice:
        """The certificate that is valid longest, among those that a host accepts now.

        Where there is none it raises KeyExpired or InvalidFile about the best candidate.
        """
        hurdles = [(*self._hurdle(found, now), found) for found in self.certificates]
        fit = [found for _, error, found in hurdles if error is None]
        if not fit:
            raise self._furthest(hurdles)
        best = max(fit, key=_end)
        key = self._key(best.certificate)
        assert key is not None  # noqa: S101  else it would not fit
        return Choice(key, best.line, best.certificate, self._copies(best.certificate))

    def _hurdle(self, candidate: FoundCertificate, now: datetime) -> tuple[int, AlpkeyError | None]:
        """How many checks the certificate passes, and the error of the next one."""
        found, name = candidate.certificate, candidate.download.name
        if found.kind is not CertificateKind.USER:
            return 1, self._unfit("import-host-certificate", name)
        if self._key(found) is None:
            return _NO_KEY_HURDLE, self._unfit(
                "import-mismatch" if self.keys else "import-no-key", name
            )
        if self._is_of_another(found):
            return 3, self._foreign(found, name)
        if found.valid_before is not None and found.valid_before <= now:
            ended = rfc3339(found.valid_before)
            return 4, KeyExpired("import-expired", name=name, ended=ended, dashboard=self.dashboard)
        if found.valid_after is not None and found.valid_after > now + CLOCK_SLACK:
            return 4, self._unfit("import-early", name, starts=rfc3339(found.valid_after))
        return 5, None

    def _furthest(
        self, hurdles: Sequence[tuple[int, AlpkeyError | None, FoundCertificate]]
    ) -> AlpkeyError:
        if hurdles:
            height, error, _ = max(hurdles, key=lambda row: (row[0], _end(row[2])))
            spoiled = [file for file in self.useless if file.code in SPOILED_KEYS]
            if height == _NO_KEY_HURDLE and spoiled and not self.keys:
                file = spoiled[0]  # the certificate's key is there, but cannot be read
                return self._unfit(file.code, file.download.name, reason=file.reason)
            assert error is not None  # noqa: S101  or it had been chosen
            return error
        if self.useless:
            useless = self.useless[0]
            return self._unfit(useless.code, useless.download.name, reason=useless.reason)
        name = next((key.download.name for key in self.keys if key.download), "")
        return self._unfit("import-no-certificate", name)

    def _unfit(
        self, code: str, name: str, *, reason: str = "", starts: str | None = None
    ) -> InvalidFile:
        return InvalidFile(
            code,
            name=name,
            dashboard=self.dashboard,
            key_file=self.key_file,
            reason=reason,
            starts=starts,
        )

    def _foreign(self, found: Certificate, name: str) -> InvalidFile:
        return InvalidFile(
            "import-foreign",
            name=name,
            principals=", ".join(found.principals) or "nobody",
            account=self.account or "you",
            dashboard=self.dashboard,
        )

    def _is_of_another(self, found: Certificate) -> bool:
        """While the username is unknown, any certificate with a principal will do."""
        return self.account not in found.principals if self.account else not found.principals

    def _key(self, certificate: Certificate) -> OwnedKey | None:
        """Prefer the installed key to a downloaded one: then only the certificate changes."""
        keys = [self.installed, *self.keys] if self.installed else self.keys
        return next((key for key in keys if key.public_key == certificate.public_key), None)

    def _copies(self, certificate: Certificate) -> tuple[Download, ...]:
        keys = [key.download for key in self.keys if key.public_key == certificate.public_key]
        twins = [
            found.download
            for found in self.certificates
            if found.certificate.blob == certificate.blob
        ]
        return tuple(dict.fromkeys(copy for copy in (*keys, *twins) if copy is not None))


def _end(found: FoundCertificate) -> datetime:
    return found.certificate.valid_before or _FOR_EVER
