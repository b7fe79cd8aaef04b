"""The classic service: username, password and code in, private key and certificate out."""

import ast
from urllib.parse import urlsplit

from alpkey.adapters.service.http import AnswerLost, Http, HttpAnswer, NotSent, Peer
from alpkey.adapters.service.json_responses import json_object, names_a_lock, names_the_quota, shown
from alpkey.core.errors import AlpkeyError, NeedsBrowser, QuotaUsedUp, SignInRefused, Unreachable
from alpkey.core.json_text import parse_json
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.site import Service, Site

# Nothing secret is sent yet, and the user waits for a form or for another way to sign in.
PROVE_TIMEOUT_S = 2.5
ISSUE_TIMEOUT_S = 30.0
OTHER_TIMEOUT_S = 2.5


class SshService:
    """A client of one service; its connection is reused between proving and issuing."""

    def __init__(self, service: Service, site: Site, http: Http) -> None:
        self._service = service
        self._site = site
        self._http = http
        self._peer = Peer.at(service.url)

    @property
    def name(self) -> str:
        return self._service.name

    def prove(self) -> None:
        """One call without credentials; only the service's own error shape passes.

        A retired service is 404, 410, a page instead of JSON, or a host that is gone while the
        site's other service answers.  A laptop without network never finds a retirement.
        """
        try:
            answer = self._http.post(self._service.url, {}, timeout_s=PROVE_TIMEOUT_S)
        except NotSent as gone:
            if gone.nobody_there and self._another_answers():
                raise self._retired() from None
            raise
        except AnswerLost as lost:
            if lost.code == "too-slow":
                raise
            raise self._peer.trouble("Its connection broke.") from None
        if answer.status in (404, 410) or (answer.is_page and answer.status < 500):
            raise self._retired()
        if not 400 <= answer.status < 500 or _message(answer) is None:
            raise self._peer.trouble("It does not answer as this service does.")

    def issue(self, credentials: Credentials) -> IssuedPair:
        answer = self._sent(
            {
                "username": credentials.username,
                "password": credentials.password.reveal(),
                "otp": credentials.otp.reveal(),
            }
        )
        if 200 <= answer.status < 300:
            return self._pair(answer)
        raise self._refusal(answer)

    def _sent(self, body: dict[str, str]) -> HttpAnswer:
        try:
            return self._http.post(self._service.url, body, timeout_s=ISSUE_TIMEOUT_S)
        except AnswerLost as lost:
            raise self._peer.maybe_done(lost, ISSUE_TIMEOUT_S) from None

    def _pair(self, answer: HttpAnswer) -> IssuedPair:
        body = json_object(answer)
        private, public = body.get("private"), body.get("public")
        if not isinstance(private, str) or not isinstance(public, str):
            raise self._peer.lost("it holds no key")
        return IssuedPair(Secret(private), public)

    def _refusal(self, answer: HttpAnswer) -> AlpkeyError:
        message = _message(answer)
        if message is None or answer.status >= 500:
            status = f"It answers with status {answer.status}"
            return self._peer.trouble(f"{status}: {message}" if message else f"{status}.")
        kind, code = _reason(answer.status, message)
        return kind(
            code,
            site=self._site.name,
            dashboard=self._site.dashboard,
            message=message,
            retryable=code == "sign-in-refused",
        )

    def _another_answers(self) -> bool:
        """Whether another service of the site answers in any way, on its own host."""
        others = [service for service in self._site.services if service.name != self._service.name]
        return any(
            self._answers(service)
            for service in others
            if urlsplit(service.url).hostname != self._peer.host
        )

    def _answers(self, service: Service) -> bool:
        try:
            self._http.get(service.url, timeout_s=OTHER_TIMEOUT_S)
        except NotSent:
            return False
        except Unreachable as error:
            return error.code == "redirected"
        return True

    def _retired(self) -> NeedsBrowser:
        return NeedsBrowser(
            site=self._site.name, host=self._peer.host, dashboard=self._site.dashboard
        )


def _message(answer: HttpAnswer) -> str | None:
    """The text of the service's own error shape; None where the answer has another."""
    payload = json_object(answer).get("payload")
    message = payload.get("message") if isinstance(payload, dict) else None
    return _unwrapped(message) if isinstance(message, str) else None


def _unwrapped(message: str) -> str:
    """A message may be the repr of bytes that hold an identity provider's JSON: show its words."""
    try:
        inner = parse_json(ast.literal_eval(message))
        return shown(str(inner["error_description"]))
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        return shown(message)


def _reason(status: int, message: str) -> tuple[type[AlpkeyError], str]:
    """Why the service declined, from its status and, as that is not documented, its message."""
    if names_the_quota(status, message):
        return QuotaUsedUp, "quota-refused"
    if names_a_lock(message):
        return SignInRefused, "account-locked"
    refused = status in (401, 403)
    return SignInRefused, "sign-in-refused" if refused else "request-refused"
