"""Whether to install a certificate that a service sent."""

from datetime import datetime, timedelta

from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import CLOCK_SLACK, Certificate, CertificateKind
from alpkey.core.messages.times import span

# The critical options of OpenSSH (PROTOCOL.certkeys), and what each means for a login.
KNOWN_OPTIONS = {
    "force-command": "It runs one command only (force-command).",
    "source-address": "It works from some addresses only (source-address).",
    "verify-required": "It needs a security key that verifies its user (verify-required).",
}


def check_certificate(certificate: Certificate, username: str, now: datetime) -> None:
    """Return where a host would accept the certificate for ``username`` at ``now``.  Raises
    InvalidFile.
    """
    if certificate.kind is not CertificateKind.USER:
        raise _invalid("It is a certificate for hosts, not for people.")
    if username not in certificate.principals:
        names = ", ".join(certificate.principals) or "nobody"
        raise _invalid(f"It was issued to {names}, not to {username}.")
    if unknown := unsupported_options(certificate):
        names = ", ".join(name[:100] for name in unknown[:5])
        raise _invalid(f"Every host refuses it: its critical option {names} is unknown to OpenSSH.")
    if certificate.valid_before is not None and certificate.valid_before <= now:
        raise _invalid("It has expired already. Check this computer's clock.")
    if is_early(certificate, now):
        raise _invalid("It is not valid yet. Check this computer's clock.")


def unsupported_options(certificate: Certificate) -> tuple[str, ...]:
    """The critical options for which every host refuses the certificate.

    Those that OpenSSH does not know (PROTOCOL.certkeys), and those that stand there twice.
    """
    options = certificate.critical_options
    return tuple(
        sorted({name for name in options if name not in KNOWN_OPTIONS or options.count(name) > 1})
    )


def limits(certificate: Certificate) -> tuple[str, ...]:
    """In words, what the critical options of a certificate limit."""
    return tuple(
        KNOWN_OPTIONS[name] for name in certificate.critical_options if name in KNOWN_OPTIONS
    )


def check_key(certificate: Certificate, public_key: bytes) -> None:
    """Return where the certificate was issued for this key.  Raises InvalidFile."""
    if certificate.public_key != public_key:
        raise _invalid("The private key and the certificate do not belong together.")


def is_early(certificate: Certificate, now: datetime) -> bool:
    """Whether it is not valid yet, beyond the tolerance for clocks."""
    return certificate.counts_from is not None and now < certificate.counts_from


def check_clock(now: datetime, centre_now: datetime, lifetime: timedelta) -> None:
    """Return where this clock would take a certificate for valid that the centre issues now.

    Raises InvalidFile, and so before a key of the day is spent on one that would not be installed.
    """
    behind = centre_now - now
    if behind > CLOCK_SLACK or -behind >= lifetime:
        which = "behind" if behind > timedelta(0) else "ahead of"
        raise InvalidFile("clock-wrong", span=span(abs(behind)), which=which)


def _invalid(reason: str) -> InvalidFile:
    return InvalidFile("answer-unfit", reason=reason)
