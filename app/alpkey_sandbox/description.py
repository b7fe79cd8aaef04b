# SPDX-License-Identifier: BSD-3-Clause
"""The description: `sandbox.json`, by which programs find a running sandbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from .files import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .hosts import Listening

FILE = "sandbox.json"


@dataclass(frozen=True)
class Description:
    """Where everything is, and what a user needs to sign in. Every field is up to date.

    `guest` signs in at the home institution, without a password; `program` with the API key.
    """

    home: str
    service_url: str
    gateway_url: str
    issuer: str
    token_url: str
    ca_bundle: str
    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    guest: str
    program: str
    hosts: dict[str, dict[str, Any]]
    user_ca: str
    control_url: str

    def write(self, directory: Path) -> None:
        """Write it to `directory`, 0600, in one step."""
        write_private(directory / FILE, json.dumps(asdict(self), indent=2) + "\n")


def read(directory: Path) -> Description:
    """What the sandbox of `directory` wrote.

    Raises OSError where there is no file, ValueError or TypeError where it is another's.
    """
    return Description(**json.loads((directory / FILE).read_text(encoding="utf-8")))


def addresses(listening: Mapping[str, Listening]) -> dict[str, dict[str, Any]]:
    """`hosts` as the file has it: `{name: {address, port}}`."""
    return {
        name: {"address": place.address, "port": place.port} for name, place in listening.items()
    }
