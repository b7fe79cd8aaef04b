"""What the header of a private key file shows: the public key, and whether it is encrypted.

OpenSSH's own format (PROTOCOL.key) carries the public key in the clear.  The older PEM formats do
not; for them only the encryption is known.
"""

import binascii
from typing import NamedTuple

from alpkey.core.keys.certificate import type_name
from alpkey.core.keys.ssh_wire import Reader, TruncatedData

_OPENSSH_BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"


class InvalidPrivateKey(ValueError):
    """This is no private key that ssh can read; the text is a sentence about what it is."""


class PrivateHead(NamedTuple):
    """``public_key`` is the plain key's blob; None where the format hides it."""

    public_key: bytes | None
    encrypted: bool

    @property
    def in_hardware(self) -> bool:
        """Whether the file only leads to a security key, which signs (PROTOCOL.u2f)."""
        return type_name(self.public_key or b"").startswith("sk-")


def read_head(content: bytes) -> PrivateHead:
    """The head, from a file's first bytes or all of them.  Raises InvalidPrivateKey."""
    text = _without_parameters(content.lstrip())
    if text.startswith(_OPENSSH_BEGIN):
        return _openssh(text)
    first = text.split(b"\n", 1)[0].strip()
    if first == b"-----BEGIN ENCRYPTED PRIVATE KEY-----":
        return PrivateHead(None, encrypted=True)
    if first.startswith(b"-----BEGIN ") and first.endswith(b"PRIVATE KEY-----"):
        return PrivateHead(None, encrypted=b"\nProc-Type: 4,ENCRYPTED" in text[:300])
    raise InvalidPrivateKey(_what_it_is(text))


def _without_parameters(text: bytes) -> bytes:
    """OpenSSL writes the parameters of an elliptic curve before the key itself."""
    if text.startswith(b"-----BEGIN EC PARAMETERS-----"):
        return text.partition(b"-----END EC PARAMETERS-----")[2].lstrip()
    return text


def _openssh(text: bytes) -> PrivateHead:
    body = text[len(_OPENSSH_BEGIN) :].split(b"-----END", 1)[0]
    letters = b"".join(body.split())
    try:
        # Four letters are three bytes, and the head may be cut anywhere.
        data = binascii.a2b_base64(letters[: len(letters) // 4 * 4])
        if not data.startswith(_MAGIC):
            raise InvalidPrivateKey("The private key is of an unknown version.")
        reader = Reader(data[len(_MAGIC) :])
        cipher = reader.string()
        reader.string()  # the name of the key derivation
        reader.string()  # its options
        if reader.uint32() < 1:
            raise TruncatedData("it holds no key")
        return PrivateHead(reader.string(), encrypted=cipher != b"none")
    except (binascii.Error, TruncatedData):
        raise InvalidPrivateKey("The private key is damaged.") from None


def _what_it_is(text: bytes) -> str:
    if not text:
        return "The file is empty."
    if text.startswith(b"PuTTY-User-Key-File"):
        return "It is a key of PuTTY; export it with puttygen in the format of OpenSSH."
    if text.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        return "It is a public key, not a private one."
    return "It is not a private key."
