"""Certificates by their critical options, as ssh-keygen makes them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.core.errors import InvalidFile
from alpkey.core.keys.certificate import Certificate, read_certificate
from alpkey.core.keys.certificate_check import check_certificate, limits
from tests.keys import make_key, sign


def _made(folder: Path, *options: str) -> Certificate:
    key, authority = make_key(folder / "key"), make_key(folder / "ca")
    path = sign(authority, key, "-n", "alice", "-V", "-1m:+1h", *options)
    return read_certificate(path.read_bytes())


def test_an_option_that_every_host_refuses_is_refused(tmp_path: Path) -> None:
    certificate = _made(tmp_path, "-O", "critical:only-on@example.org=x")
    with pytest.raises(InvalidFile) as caught:
        check_certificate(certificate, "alice", datetime.now(UTC))
    assert "only-on@example.org" in str(caught.value.params["reason"])


def test_what_limits_a_certificate_is_shown_and_accepted(tmp_path: Path) -> None:
    options = ("-O", "force-command=hostname", "-O", "source-address=192.0.2.0/24")
    certificate = _made(tmp_path, *options)
    check_certificate(certificate, "alice", datetime.now(UTC))
    assert [
        "force-command" in text or "source-address" in text for text in limits(certificate)
    ] == [
        True,
        True,
    ]
