# SPDX-License-Identifier: BSD-3-Clause
"""The prepared home: an ALPKEY_HOME in which the client meets the sandbox instead of the centre."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from .files import make_private_folder, write_private
from .network import HOSTS, SSH_PORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .description import Description
    from .hosts import Listening

FOLDERS = ("config", "state", "logs", "ssh")

SITE = """\
name = "CSCS sandbox"
demo = true
keeps_totp_secret = true
ca_bundle = {ca_bundle}

[services.sshservice]
url = {service_url}

[services.gateway]
url = {gateway_url}
token_url = {token_url}

[openid]
issuer = {issuer}
ways = ["browser", "device"]

[hosts.ela]
host_name = {ela_address}
port = {ela_port}
host_key_alias = {ela_name}
names = {ela_names}
"""


def prepare(sandbox: Description, listening: Mapping[str, Listening]) -> None:
    """Make the home of `sandbox`, or renew the two files in it that describe this run.

    Everything else in it is the user's and stays.
    """
    home = Path(sandbox.home)
    for folder in (home, *(home / name for name in FOLDERS)):
        make_private_folder(folder)
    write_private(home / "config/site.toml", site(sandbox, listening["ela"]))
    write_private(home / "ssh/known_hosts", known_hosts(listening))


def site(sandbox: Description, ela: Listening) -> str:
    """The site file: laid over the one that the client ships."""
    return SITE.format(
        ca_bundle=_toml(sandbox.ca_bundle),
        service_url=_toml(sandbox.service_url),
        gateway_url=_toml(sandbox.gateway_url),
        token_url=_toml(sandbox.token_url),
        issuer=_toml(sandbox.issuer),
        ela_address=_toml(ela.address),
        ela_port=ela.port,
        ela_name=_toml(HOSTS["ela"].full_name),
        ela_names=_toml_list(HOSTS["ela"].typed_names),
    )


def known_hosts(listening: Mapping[str, Listening]) -> str:
    """A line per host with every name it may be looked up by (sshd(8), known_hosts)."""
    lines = (f"{_names(name, place)} {place.host_key}\n" for name, place in listening.items())
    return "".join(lines)


def _names(name: str, place: Listening) -> str:
    host = HOSTS[name]
    at_its_port = f"[{place.address}]:{place.port}" if place.port != SSH_PORT else place.address
    return ",".join(dict.fromkeys((host.name, *host.typed_names, at_its_port)))


def _toml_list(texts: Sequence[str]) -> str:
    return json.dumps(texts)


def _toml(text: str) -> str:
    """`text` as a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
