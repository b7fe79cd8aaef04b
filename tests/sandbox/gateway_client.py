"""A bare client of the key gateway, signed in by the direct grant."""

from pathlib import Path
from typing import Any

from tests.centre import Centre
from tests.keys import make_key
from tests.sandbox.https import Https, Reply
from tests.sandbox.openid_client import OpenIdClient

HEADERS = {"X-Client-Type": "cli", "User-Agent": "a test/1 (an OS 1; a machine)"}


class GatewayClient:
    """Calls the gateway of ``centre`` with an access token."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.centre = centre
        self.openid = OpenIdClient(centre)
        self.https = Https(centre.facts.ca_bundle)
        self.key = make_key(folder / "own")
        self.token = ""

    def sign_in(self) -> None:
        self.token = self.openid.direct().json["access_token"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        if not self.token:
            self.sign_in()
        filled = {"Authorization": f"Bearer {self.token}", **HEADERS, **headers}
        url = f"{self.centre.facts.gateway_url}{path}"
        return self.https.send(method, url, body=body, headers=filled)

    def sign(self, duration: str | None = "1d", key: Path | None = None, **more: Any) -> Reply:
        line = (key or self.key).with_suffix(".pub").read_text()
        wanted = {"duration": duration} if duration else {}
        return self.call("POST", "/ssh-keys/sign", {"publicKey": line, **wanted, **more})

    def signed(self, duration: str = "1d", **more: Any) -> dict[str, Any]:
        reply = self.sign(duration, **more)
        assert reply.status == 201, reply.body
        found: dict[str, Any] = reply.json["sshKey"]
        return found

    def list(self, query: str = "") -> list[dict[str, Any]]:
        reply = self.call("GET", f"/ssh-keys{query}")
        assert reply.status == 200, reply.body
        found: list[dict[str, Any]] = reply.json["sshKeys"]
        return found

    def revoke(self, serial: str) -> Reply:
        body = {"serialNumber": serial, "reason": "user request"}
        return self.call("PUT", "/ssh-keys/revoke", body)

    def program_token(self, api_key: str | None = None) -> Reply:
        key = self.centre.facts.api_key if api_key is None else api_key
        headers = {"X-API-Key": key, **HEADERS}
        return self.https.send("POST", self.centre.facts.token_url, headers=headers)
