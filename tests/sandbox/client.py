"""A bare client of the key service: what it sends and what it gets, without opinions."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from tests.centre import Centre

TIMEOUT_S = 20


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def pair(self) -> tuple[str, str]:
        """Certificate and private key."""
        assert self.status == 200, self.body
        fields = json.loads(self.body)
        return fields["public"], fields["private"]

    @property
    def message(self) -> str:
        """The words of an error, in the service's own shape."""
        fields = json.loads(self.body)
        assert list(fields) == ["payload"]
        assert list(fields["payload"]) == ["message"]
        return str(fields["payload"]["message"])


class Client:
    """Calls the service of ``centre``, each time over a connection of its own."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        address = urlsplit(centre.facts.service_url)
        self.place, self.path = (address.hostname or "", address.port), address.path
        self.trust = ssl.create_default_context(cafile=centre.facts.ca_bundle)

    def connect(self) -> HTTPSConnection:
        return HTTPSConnection(*self.place, timeout=TIMEOUT_S, context=self.trust)

    def post(self, body: Any, connection: HTTPSConnection | None = None) -> Answer:
        own = connection or self.connect()
        try:
            own.request("POST", self.path, json.dumps(body), {"Content-Type": "application/json"})
            answer = own.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            if connection is None:
                own.close()

    def sign_in(self, otp: str | None = None, **other: str) -> Answer:
        """A sign-in with everything right but for what is given."""
        right = {"username": self.centre.username, "password": self.centre.password}
        return self.post({**right, "otp": otp or self.centre.otp(), **other})

    def issued(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.centre.state()["issued"]
        return rows
