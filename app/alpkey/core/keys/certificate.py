"""The reader of OpenSSH certificates: the public fields of every kind that OpenSSH knows.

The format is that of PROTOCOL.certkeys in OpenSSH's source.  Nothing is verified here: only a
host decides whether it accepts a certificate.
"""

import binascii
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from alpkey.core.digest import sha256
from alpkey.core.keys.ssh_wire import Reader, TruncatedData, string

CLOCK_SLACK = timedelta(minutes=5)
"""How far this computer's clock may be behind a host's before a new certificate counts as early."""

_LAST_SECOND = 253_402_300_799  # of the year 9999, where datetime ends

# Certificate type: the plain key's type, and how many fields make up its public key.  Every such
# field is a string on the wire, a number included (RFC 4251, 5: mpint).
_KEY_TYPES: dict[str, tuple[str, int]] = {
    "ssh-rsa-cert-v01@openssh.com": ("ssh-rsa", 2),
    "ssh-dss-cert-v01@openssh.com": ("ssh-dss", 4),
    "ecdsa-sha2-nistp256-cert-v01@openssh.com": ("ecdsa-sha2-nistp256", 2),
    "ecdsa-sha2-nistp384-cert-v01@openssh.com": ("ecdsa-sha2-nistp384", 2),
    "ecdsa-sha2-nistp521-cert-v01@openssh.com": ("ecdsa-sha2-nistp521", 2),
    "ssh-ed25519-cert-v01@openssh.com": ("ssh-ed25519", 1),
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com": ("sk-ecdsa-sha2-nistp256@openssh.com", 3),
    "sk-ssh-ed25519-cert-v01@openssh.com": ("sk-ssh-ed25519@openssh.com", 2),
}


class InvalidCertificate(ValueError):
    """This is no certificate; the text is a sentence about what it is instead."""


class CertificateKind(Enum):
    """The values are those of the wire."""

    USER = 1
    HOST = 2


class Validity(Enum):
    """Where a time lies relative to the validity of a certificate."""

    NOT_YET_VALID = "not-yet-valid"
    VALID = "valid"
    EXPIRED = "expired"


class Certificate(NamedTuple):
    """A certificate's public fields.

    ``blob`` is all of it, ``public_key`` the plain key's blob.  ``valid_after`` is None where it
    was always valid, ``valid_before`` None where it is valid for ever, or beyond the year 9999.
    """

    blob: bytes
    type_name: str
    public_key: bytes
    serial: int
    kind: CertificateKind
    key_id: str
    principals: tuple[str, ...]
    valid_after: datetime | None
    valid_before: datetime | None
    critical_options: tuple[str, ...]
    extensions: tuple[str, ...]
    authority: bytes

    @property
    def counts_from(self) -> datetime | None:
        """From when this computer takes it for valid: CLOCK_SLACK before ``valid_after``.

        A host judges by its own clock, and one that is a little behind is common.
        """
        if self.valid_after is None:
            return None
        return max(self.valid_after - CLOCK_SLACK, _moment(0))

    def validity(self, now: datetime) -> Validity:
        """Valid is ``counts_from <= now < valid_before``; a life that never starts has ended."""
        if self.valid_before is not None and now >= self.valid_before:
            return Validity.EXPIRED
        if self.counts_from is not None and now < self.counts_from:
            return Validity.NOT_YET_VALID
        return Validity.VALID


def read_certificate(content: bytes) -> Certificate:
    """The certificate in a ``-cert.pub`` file's content.  Raises InvalidCertificate.

    A byte order mark, blank lines and carriage returns, as clients and editors leave them, are
    passed over, and so are lines of comment (OpenSSH, authfile.c: sshkey_try_load_public).
    """
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    lines = (line.strip() for line in text.split(b"\n"))
    words = next((line for line in lines if line and not line.startswith(b"#")), b"").split()
    if len(words) < 2 or not words[0].isascii():
        raise InvalidCertificate(_what_it_is(text))
    announced = words[0].decode()
    if announced not in _KEY_TYPES:
        raise InvalidCertificate(_what_it_is(text))
    try:
        blob = binascii.a2b_base64(words[1], strict_mode=True)
    except binascii.Error:
        raise InvalidCertificate("The certificate is damaged: its text is cut off.") from None
    certificate = parse_blob(blob)
    if certificate.type_name != announced:
        raise InvalidCertificate("The certificate is damaged: it announces another type.")
    return certificate


def parse_blob(blob: bytes) -> Certificate:
    """The certificate in ``blob``, as files and agents hold it.

    Raises InvalidCertificate, for a plain key too.
    """
    try:
        return _parsed(blob)
    except TruncatedData as error:
        raise InvalidCertificate(f"The certificate is damaged: {error}.") from None


def fingerprint(public_key: bytes) -> str:
    """``SHA256:…`` of a plain key's blob, as ssh-keygen(1) prints it."""
    digest = sha256(public_key).digest()
    return "SHA256:" + _base64(digest).rstrip("=")


def type_name(blob: bytes) -> str:
    """The type that a key's or a certificate's blob announces; empty where it is torn."""
    try:
        return Reader(blob).string().decode("ascii", errors="replace")
    except TruncatedData:
        return ""


def public_line(public_key: bytes) -> str:
    """The plain key as the line of a ``.pub`` file, without a comment and a newline."""
    return f"{type_name(public_key)} {_base64(public_key)}"


def public_key_in(line: str) -> bytes | None:
    """The plain key in the line of a ``.pub`` file; None where it is no such line."""
    words = line.split()
    try:
        blob = binascii.a2b_base64(words[1], strict_mode=True)
    except (IndexError, binascii.Error):
        return None
    is_plain = words[0] == type_name(blob) and words[0] not in _KEY_TYPES
    return blob if is_plain else None


def _parsed(blob: bytes) -> Certificate:
    reader = Reader(blob)
    name = reader.string().decode("ascii", errors="replace")
    if name not in _KEY_TYPES:
        raise InvalidCertificate(f"A key of type {name[:64]} is no certificate.")
    plain_name, field_count = _KEY_TYPES[name]
    reader.string()  # the nonce, which only makes signatures unpredictable
    fields = b"".join(string(reader.string()) for _ in range(field_count))
    serial = reader.uint64()
    kind = _kind(reader.uint32())
    key_id = _text(reader.string())
    principals = tuple(_text(name) for name in Reader(reader.string()).strings())
    valid_after, valid_before = reader.uint64(), reader.uint64()
    critical_options = _names(reader.string())
    extensions = _names(reader.string())
    reader.string()  # reserved
    authority = reader.string()
    reader.string()  # the signature, which the adapter checks
    if not reader.ended:
        raise TruncatedData("something follows its end")
    return Certificate(
        blob=blob,
        type_name=name,
        public_key=string(plain_name.encode()) + fields,
        serial=serial,
        kind=kind,
        key_id=key_id,
        principals=principals,
        valid_after=_moment(valid_after) if valid_after else None,
        valid_before=_moment(valid_before) if valid_before <= _LAST_SECOND else None,
        critical_options=critical_options,
        extensions=extensions,
        authority=authority,
    )


def _kind(number: int) -> CertificateKind:
    try:
        return CertificateKind(number)
    except ValueError:
        raise InvalidCertificate(f"A certificate of kind {number} is unknown.") from None


def _names(packed: bytes) -> tuple[str, ...]:
    """The names among pairs of name and value."""
    return tuple(_text(name) for name in Reader(packed).strings()[::2])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _what_it_is(text: bytes) -> str:
    """A sentence about a file that is no certificate."""
    if not text:
        return "The file is empty."
    if text.startswith(b"<"):
        return "It is a web page, not a certificate."
    if b"PRIVATE KEY" in text[:100]:
        return "It is a private key, not a certificate."
    if text.startswith((b"ssh-", b"ecdsa-", b"sk-")) and b"-cert-v" not in text.split()[0]:
        return "It is a plain public key, not a certificate."
    return "It is not a certificate of OpenSSH."
