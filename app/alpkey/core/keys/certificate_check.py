"""Whether to install a certificate that a service sent."""

from datetime import datetime, timedelta

from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import Certificate, CertificateKind

# A certificate may start a little later than now: clocks differ, and a cluster uses its own.
CLOCK_SLACK = timedelta(minutes=5)


def check_certificate(certificate: Certificate, username: str, now: datetime) -> None:
    """Return where a host would accept the certificate for ``username`` at ``now``.  Raises
    InvalidFile.
    """
    if certificate.kind is not CertificateKind.USER:
        raise _invalid("It is a certificate for hosts, not for people.")
    if username not in certificate.principals:
        names = ", ".join(certificate.principals) or "nobody"
        raise _invalid(f"It is made out to {names}, not to {username}.")
    if certificate.valid_before is not None and certificate.valid_before <= now:
        raise _invalid("It has run out already. Check this computer's clock.")
    if is_early(certificate, now):
        raise _invalid("It is not valid yet. Check this computer's clock.")


def check_key(certificate: Certificate, public_key: bytes) -> None:
    """Return where the certificate was issued for this key.  Raises InvalidFile."""
    if certificate.public_key != public_key:
        raise _invalid("The private key and the certificate do not belong together.")


def is_early(certificate: Certificate, now: datetime) -> bool:
    """Whether it is not valid yet, beyond the tolerance for clocks."""
    return certificate.valid_after is not None and certificate.valid_after > now + CLOCK_SLACK


def _invalid(reason: str) -> InvalidFile:
    return InvalidFile("answer-unfit", reason=reason)
