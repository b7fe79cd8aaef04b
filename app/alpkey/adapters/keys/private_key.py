"""Private keys by :mod:`cryptography`: verified, re-encrypted, put into agent messages."""

import binascii

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    SSHCertificate,
    load_pem_private_key,
    load_ssh_private_key,
    load_ssh_public_identity,
)

from alpkey.core.keys.certificate import Certificate, public_line
from alpkey.core.keys.private_key_header import InvalidPrivateKey
from alpkey.core.keys.ssh_wire import Reader, string, uint32

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class PairMismatch(ValueError):
    """Private key and certificate belong to different keys."""


class PassphraseWrong(ValueError):
    """The key does not open with this passphrase."""


def load(private: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """The key in a file's content; a ``passphrase`` only where it is encrypted.

    Raises InvalidPrivateKey or PassphraseWrong.
    """
    text = private.strip() + b"\n"
    read = load_ssh_private_key if b"BEGIN OPENSSH" in text[:80] else load_pem_private_key
    if b"\n-----END " not in text:
        raise InvalidPrivateKey("The private key is damaged: its end is missing.")
    try:
        key = read(text, passphrase)
    except TypeError:
        raise InvalidPrivateKey("The private key is protected by a passphrase.") from None
    except UnsupportedAlgorithm:
        raise InvalidPrivateKey("The private key is of a type that is not known here.") from None
    except (ValueError, InvalidTag):
        if passphrase is not None:
            raise PassphraseWrong from None
        raise InvalidPrivateKey("The private key is damaged.") from None
    if not isinstance(key, PrivateKey):
        raise InvalidPrivateKey("The private key is of a type that is not known here.")
    return key


def fresh() -> bytes:
    """A new ed25519 key without passphrase, in OpenSSH's own format."""
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def recoded(private: bytes, old: bytes | None, new: bytes | None) -> bytes:
    """The key under another passphrase, or under none, in OpenSSH's own format.

    What comes out was opened again and is the same key.  Raises InvalidPrivateKey or
    PassphraseWrong.
    """
    key = load(private, old)
    cover = BestAvailableEncryption(new) if new else NoEncryption()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, cover)
    if public_blob(load(content, new)) != public_blob(key):
        raise InvalidPrivateKey("The private key did not survive being written.")
    return content


def public_blob(key: PrivateKey) -> bytes:
    """The plain public key's blob."""
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return binascii.a2b_base64(line.split()[1])


def proves(private: bytes, certificate: Certificate) -> None:
    """Returns where ``private`` is the key that ``certificate`` is for.

    Raises PairMismatch, or InvalidPrivateKey.
    """
    if public_blob(load(private)) != certificate.public_key:
        raise PairMismatch("The private key and the certificate do not belong together.")


def signature_is_good(certificate: Certificate) -> bool | None:
    """Whether its authority signed it; None where ``cryptography`` does not know the type."""
    line = public_line(certificate.blob).encode()
    try:
        identity = load_ssh_public_identity(line)
        if not isinstance(identity, SSHCertificate):
            return False
        identity.verify_cert_signature()
    except UnsupportedAlgorithm:
        return None
    except (InvalidSignature, ValueError):
        return False
    return True


def agent_entry(private: bytes, certificate: Certificate | None) -> bytes:
    """Type and key material as ``SSH_AGENTC_ADD_IDENTITY`` wants them (RFC 9987, 3.2).

    With a certificate its blob stands in the place of the public key, but for Ed25519, which
    repeats the public key behind it.  Raises InvalidPrivateKey.
    """
    key = load(private)
    public = public_blob(key)
    announced = Reader(public).string()
    fields = public[len(string(announced)) :]
    if certificate is None:
        return string(announced) + (_rsa_public(key) or fields) + _secret_part(key, fields)
    repeated = fields if isinstance(key, ed25519.Ed25519PrivateKey) else b""
    head = string(certificate.type_name.encode()) + string(certificate.blob)
    return head + repeated + _secret_part(key, fields)


def _rsa_public(key: PrivateKey) -> bytes:
    """RSA alone names its numbers in another order here than in its public key: n before e."""
    if not isinstance(key, rsa.RSAPrivateKey):
        return b""
    numbers = key.public_key().public_numbers()
    return _mpint(numbers.n) + _mpint(numbers.e)


def _secret_part(key: PrivateKey, public_fields: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return string(key.private_bytes_raw() + Reader(public_fields).string())
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        return b"".join(map(_mpint, (numbers.d, numbers.iqmp, numbers.p, numbers.q)))
    return _mpint(key.private_numbers().private_value)


def _mpint(number: int) -> bytes:
    """A number that is not negative; the highest bit of its first byte is free (RFC 4251, 5)."""
    size = number.bit_length() // 8 + 1 if number else 0
    return uint32(size) + number.to_bytes(size, "big")
