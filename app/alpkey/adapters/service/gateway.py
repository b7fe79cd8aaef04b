"""The key gateway: certifies keys made here, lists and revokes, for callers with a token."""

from collections.abc import Mapping
from typing import Any

from alpkey.adapters.service.http import AnswerLost, Http, HttpAnswer, Peer
from alpkey.adapters.service.json_responses import is_token, json_object, names_the_quota, shown
from alpkey.core.errors import (
    AlpkeyError,
    InvalidInput,
    NeedsBrowser,
    QuotaUsedUp,
    SignInRefused,
)
from alpkey.core.keys.certificate import Certificate, InvalidCertificate, read_certificate
from alpkey.core.keys.certificate_service import Duration, ListedKey
from alpkey.core.secret import Secret
from alpkey.core.site import Service, Site
from alpkey.core.timestamps import from_rfc3339

TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
REASON = "user request"


class Gateway:
    """A client of one gateway; its connection is reused between calls."""

    def __init__(self, service: Service, site: Site, http: Http) -> None:
        self._service = service
        self._site = site
        self._http = http
        self._peer = Peer.at(service.url)

    @property
    def name(self) -> str:
        return self._service.name

    def prove(self) -> None:
        """One call without credentials: the gateway, or a proxy before it, asks for them.

        Raises NeedsBrowser where it is gone, Unreachable where that is unknown.
        """
        path = f"{self._service.url}/ssh-keys"
        try:
            answer = self._http.get(path, timeout_s=TIMEOUT_S)
        except AnswerLost as lost:
            if lost.code == "too-slow":
                raise
            raise self._peer.trouble("Its connection broke.") from None
        if answer.status in (404, 410):
            site = self._site
            raise NeedsBrowser(site=site.name, host=self._peer.host, dashboard=site.dashboard)
        if answer.status not in (401, 403):
            status = f"It answers with status {answer.status}"
            raise self._peer.trouble(f"{status}, where it should ask who wants to know.")

    def sign(self, token: Secret, public_line: str, duration: Duration) -> str:
        body = {"publicKey": public_line, "duration": duration}
        try:
            answer = self._call("POST", "/ssh-keys/sign", token, body)
        except AnswerLost as lost:
            raise self._peer.maybe_done(lost, TIMEOUT_S) from None
        key = json_object(answer).get("sshKey")
        line = key.get("publicKey") if isinstance(key, dict) else None
        if not isinstance(line, str):
            raise self._peer.lost("it holds no certificate")
        return line

    def listed(self, token: Secret, *, every: bool = False) -> tuple[ListedKey, ...]:
        flag = str(every).lower()
        answer = self._safe(
            "GET", f"/ssh-keys?include_revoked={flag}&include_expired={flag}", token
        )
        try:
            return tuple(_listed(row) for row in json_object(answer)["sshKeys"])
        except (KeyError, TypeError, ValueError):
            raise self._peer.trouble("Its list of keys cannot be read.") from None

    def revoke(self, token: Secret, serial: int) -> None:
        body = {"serialNumber": str(serial), "reason": REASON}
        answer = self._safe("PUT", "/ssh-keys/revoke", token, body)
        if json_object(answer).get("revoked") is not True:
            raise self._peer.trouble("It does not say that the key is revoked.")

    @property
    def api_key_variable(self) -> str:
        return self._service.api_key_variable

    def token_for(self, api_key: Secret) -> Secret:
        url = self._service.token_url
        if url is None:
            raise InvalidInput("no-service-accounts", site=self._site.name)
        answer = self._sent("POST", url, {"X-API-Key": api_key})
        if answer.status in (401, 403):
            raise SignInRefused(
                "api-key-refused", site=self._site.name, variable=self.api_key_variable
            )
        token = json_object(self._accepted(answer)).get("access_token")
        if not is_token(token):
            raise self._peer.trouble("Its answer holds no access token.")
        return Secret(token)

    def _call(self, method: str, path: str, token: Secret, body: Any = None) -> HttpAnswer:
        """The answer, where it is a yes."""
        bearer = {"Authorization": Secret(f"Bearer {token.reveal()}")}
        answer = self._exchange(method, self._service.url + path, bearer, body)
        return self._accepted(answer)

    def _safe(self, method: str, path: str, token: Secret, body: Any = None) -> HttpAnswer:
        """A call that spends nothing: where its answer is lost, it may simply be made again."""
        try:
            return self._call(method, path, token, body)
        except AnswerLost:
            raise self._peer.trouble("No answer came from it.") from None

    def _sent(self, method: str, url: str, secrets: Mapping[str, Secret]) -> HttpAnswer:
        try:
            return self._exchange(method, url, secrets, None)
        except AnswerLost:
            raise self._peer.trouble("No answer came from it.") from None

    def _exchange(
        self, method: str, url: str, secrets: Mapping[str, Secret], body: Any
    ) -> HttpAnswer:
        return self._http.send(
            method,
            url,
            body=body,
            headers={"X-Client-Type": self._service.client_type},
            secret_headers=secrets,
            timeout_s=TIMEOUT_S,
            connect_timeout_s=CONNECT_TIMEOUT_S,
        )

    def _accepted(self, answer: HttpAnswer) -> HttpAnswer:
        """``answer`` if it is a yes; raises what it means otherwise."""
        if 200 <= answer.status < 300:
            return answer
        message = json_object(answer).get("message")
        if not isinstance(message, str) or answer.status >= 500:
            status = f"It answers with status {answer.status}"
            reason = f": {shown(message)}" if isinstance(message, str) else "."
            raise self._peer.trouble(status + reason)
        raise self._refusal(answer.status, shown(message))

    def _refusal(self, status: int, message: str) -> AlpkeyError:
        site = self._site.name
        if status == 401:
            return SignInRefused("token-refused", site=site, retryable=True)
        if names_the_quota(status, message):
            return QuotaUsedUp("quota-refused", message=message, dashboard=self._site.dashboard)
        return SignInRefused("request-refused", site=site, message=message)


def _listed(row: Any) -> ListedKey:
    """A key of the list.  Raises KeyError, TypeError or ValueError."""
    if not isinstance(row, Mapping):
        raise TypeError("no object")
    revoked = row.get("revocationTime")
    return ListedKey(
        _serial(row["serialNumber"]),
        _certificate(row.get("publicKey")),
        from_rfc3339(row["expireTime"]),
        None if revoked is None else from_rfc3339(revoked),
    )


def _serial(value: object) -> int:
    """A serial of 64 bits: a decimal text or a whole number; a float has lost some of them."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError("no serial")
    serial = int(value)
    if not 0 <= serial < 2**64:
        raise ValueError("no serial of 64 bits")
    return serial


def _certificate(line: object) -> Certificate | None:
    try:
        return read_certificate(line.encode()) if isinstance(line, str) else None
    except InvalidCertificate:
        return None
