"""One-time codes, made by pyotp."""

import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from alpkey.core.errors import InvalidInput
from alpkey.core.secret import Secret

if TYPE_CHECKING:
    import pyotp

# Part of a message of pyotp, and the reason to show.  Its own text may quote what was typed.
_REASONS = {
    "bits": "It is too short: fewer than 23 letters are guessed too easily.",
    "igits": "It asks for a number of digits other than 6, 7 or 8.",
    "interval": "Its period is not between 1 and 120 seconds.",
    "algorithm": "Its algorithm is none of SHA1, SHA256 and SHA512.",
    "No secret": "It holds no secret.",
    "uplicate": "It says something twice.",
    "issuer": "It names two issuers.",
}


def check(secret: Secret) -> None:
    """See :data:`alpkey.core.keychain.ports.CheckCodeSecret`."""
    _generator(secret)


def code(secret: Secret, now: datetime) -> Secret:
    """See :data:`alpkey.core.keychain.ports.MakeCode`."""
    return Secret(_generator(secret).at(now))


def _generator(secret: Secret) -> "pyotp.TOTP":
    """The generator that an otpauth URI or the letters of a base32 secret describe."""
    import pyotp

    text = secret.reveal().strip()
    with _explained():
        if not text.lower().startswith("otpauth:"):
            return pyotp.TOTP("".join(text.split()).replace("-", "").rstrip("="))
        made = pyotp.parse_uri(text)
    if type(made) is not pyotp.TOTP:  # also a subclass makes codes of another kind
        raise _invalid("It makes codes of another kind than those that change with time.")
    return made


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except binascii.Error:
        raise _invalid("It is not base32, which is letters A to Z and digits 2 to 7.") from None
    except ValueError as error:
        message = str(error)
        known = (reason for part, reason in _REASONS.items() if part in message)
        raise _invalid(next(known, "It is no otpauth address that can be read.")) from None


def _invalid(reason: str) -> InvalidInput:
    return InvalidInput("totp-unfit", reason=reason, field="totp_secret")
