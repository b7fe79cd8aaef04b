"""One-time codes: RFC 6238's own examples, what authenticator apps copy, and what is refused."""

import base64
from datetime import UTC, datetime

import pytest

from alpkey.adapters.keychain import otp
from alpkey.core.errors import InvalidInput
from alpkey.core.messages.describe import describe
from alpkey.core.secret import Secret

# RFC 6238, appendix B: one seed for each algorithm, of the length of its hash.
SEED = b"1234567890"
SHA1, SHA256, SHA512 = (
    base64.b32encode((SEED * 7)[:size]).decode().rstrip("=") for size in (20, 32, 64)
)
LETTERS = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str, seconds: int) -> str:
    return otp.code(Secret(secret), datetime.fromtimestamp(seconds, UTC)).reveal()


@pytest.mark.parametrize(
    ("secret", "algorithm", "seconds", "expected"),
    [
        (SHA1, "SHA1", 59, "94287082"),
        (SHA256, "SHA256", 59, "46119246"),
        (SHA512, "SHA512", 59, "90693936"),
        (SHA1, "SHA1", 1111111109, "07081804"),
        (SHA256, "SHA256", 20000000000, "77737706"),
        (SHA512, "SHA512", 20000000000, "47863826"),
    ],
)
def test_digits_and_algorithm_are_the_addresss(
    secret: str, algorithm: str, seconds: int, expected: str
) -> None:
    uri = f"otpauth://totp/CSCS:alice?secret={secret}&algorithm={algorithm}&digits=8"
    assert code(uri, seconds) == expected
    six = f"otpauth://totp/CSCS:alice?secret={secret}&algorithm={algorithm}"
    assert code(six, seconds) == expected[2:]


def test_the_period_is_the_addresss() -> None:
    """A code of 60 seconds is that of 30 seconds at half the time."""
    assert code(f"otpauth://totp/a?secret={SHA1}&period=60&digits=8", 2 * 59) == "94287082"


@pytest.mark.parametrize(
    "typed",
    [
        SHA1.lower(),
        f" {SHA1}\n",
        " ".join(SHA1[at : at + 4] for at in range(0, len(SHA1), 4)),
        "-".join(SHA1[at : at + 4] for at in range(0, len(SHA1), 4)),
        base64.b32encode(b"12345678901234567890").decode(),
        f"otpauth://totp/a?secret={SHA1}",
        f" OTPAUTH://totp/a?secret={SHA1.lower()}&issuer=CSCS\n",
    ],
)
def test_a_secret_as_people_copy_it(typed: str) -> None:
    otp.check(Secret(typed))
    assert code(typed, 59) == "287082"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "too short"),
        ("JBSWY3DPEHPK3PXP", "too short"),
        ("not base32 1890!", "not base32"),
        (f"otpauth://totp/a?secret={LETTERS}&digits=5", "digits"),
        (f"otpauth://totp/a?secret={LETTERS}&digits=six", "can be read"),
        (f"otpauth://totp/a?secret={LETTERS}&period=0", "period"),
        (f"otpauth://totp/a?secret={LETTERS}&period=3600", "period"),
        (f"otpauth://totp/a?secret={LETTERS}&algorithm=MD5", "algorithm"),
        (f"otpauth://totp/a?secret={LETTERS}&secret={LETTERS}", "twice"),
        (f"otpauth://totp/one:a?secret={LETTERS}&issuer=two", "issuers"),
        ("otpauth://totp/a?digits=6", "no secret"),
        ("otpauth://totp/a?secret=8901", "base32"),
        (f"otpauth://hotp/a?secret={LETTERS}&counter=1", "another kind"),
        (f"otpauth://totp/a?secret={LETTERS}&encoder=steam", "another kind"),
        (f"otpauth://other/a?secret={LETTERS}", "can be read"),
        ("otpauth://[", "can be read"),
    ],
)
def test_what_is_refused_is_explained_without_the_secret(typed: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match="totp-unfit") as refusal:
        otp.check(Secret(typed))
    said = describe(refusal.value)
    assert reason in said.detail
    assert LETTERS not in str(said)
    assert refusal.value.__cause__ is None
