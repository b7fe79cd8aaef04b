"""A request over HTTPS to the sandbox, and what came back, without opinions."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_S = 20


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def text(self) -> str:
        return self.body.decode()


class Https:
    """Sends requests that trust one CA; follows nothing, keeps nothing."""

    def __init__(self, ca_bundle: str) -> None:
        self._trust = ssl.create_default_context(cafile=ca_bundle)

    def send(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """`form` goes as a form, `body` as JSON."""
        parts = urlsplit(url)
        sent, kind = None, {}
        if form is not None:
            sent, kind = urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        elif body is not None:
            sent, kind = json.dumps(body), {"Content-Type": "application/json"}
        connection = HTTPSConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=self._trust
        )
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, path, sent, {**kind, **(headers or {})})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
