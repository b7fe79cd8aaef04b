# SPDX-License-Identifier: BSD-3-Clause
"""The TLS side: a throw-away CA and a server context that passes for the centre's services."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "sshservice.cscs.ch",
    "auth.cscs.ch",
    "authx-gateway.svc.cscs.ch",
)
"""Loopback, and the names under which an unmodified official client looks for the services."""


def server_context(ca_file: Path) -> ssl.SSLContext:
    """A context for TLS 1.3, and 1.2 for old clients; writes its CA's certificate to `ca_file`."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*NAMES).configure_cert(context)
    return context
