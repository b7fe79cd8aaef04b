"""HTTPS as Alpkey needs it: bounded in time and size, never redirected, never helped by netrc.

Nothing is ever sent without TLS, wherever the address comes from.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import (
    ConnectTimeout,
    InvalidProxyURL,
    ProxyError,
    ReadTimeout,
    RequestException,
    SSLError,
)
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from alpkey import __version__
from alpkey.adapters.process.background_call import within
from alpkey.adapters.service.proxies import UNNAMED, proxy_for
from alpkey.core.addresses import is_secure
from alpkey.core.errors import InvalidFile, Unreachable
from alpkey.core.secret import Secret
from alpkey.trusted_files import DistrustedFile, read_trusted

ANSWER_LIMIT_BYTES = 1024 * 1024

# What a network answers that wants a sign-in of its own first (RFC 6585, 6).
_NETWORK_SIGN_IN = 511
_PORTAL = "This network may want a sign-in of its own: open any page in your browser."
_NOT_HTTP = "Alpkey speaks to HTTP proxies only."
_NO_ADDRESS = "Its address cannot be read; a password in it has to be percent-encoded."
_WANTS_SIGN_IN = "It wants a sign-in (407)."
# The words of http.client, which gives no more than them.
_TUNNEL_407 = "Tunnel connection failed: 407"


def user_agent() -> str:
    """Who asks, and on what: ``alpkey/0.1 (Linux 6.1.0; x86_64)``."""
    system = os.uname()
    return f"alpkey/{__version__} ({system.sysname} {system.release}; {system.machine})"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came whole; ``body`` is at most ANSWER_LIMIT_BYTES long."""

    status: int
    content_type: str
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether this is a web page, in place of the requested format."""
        return "html" in self.content_type or self.body.lstrip()[:1] == b"<"


class NotSent(Unreachable):
    """The request did not leave this computer.

    ``nobody_there``: the name is unknown or the connection was refused, so this may be for good.
    """

    nobody_there: bool = False


class AnswerLost(Unreachable):
    """The request may have arrived, its answer did not."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asked, and the errors that name it."""

    host: str

    @classmethod
    def at(cls, url: str) -> Self:
        return cls(urlsplit(url).hostname or url)

    def lost(self, reason: str = "the connection broke") -> AnswerLost:
        return AnswerLost("answer-lost", host=self.host, reason=reason, retryable=True)

    def too_slow(self, timeout_s: float) -> AnswerLost:
        return AnswerLost("too-slow", host=self.host, seconds=f"{timeout_s:g}", retryable=True)

    def maybe_done(self, lost: AnswerLost, timeout_s: float) -> AnswerLost:
        """The same for a request that may have done its work: always ``answer-lost``."""
        slow = lost.code == "too-slow"
        return self.lost(f"there was none within {timeout_s:g} s") if slow else self.lost()

    def trouble(self, reason: str) -> Unreachable:
        return Unreachable("service-trouble", host=self.host, reason=reason, retryable=True)


class Http:
    """One warm connection to each host it talks to.

    ``ca_bundle``, where there is one, is all that it trusts; raises InvalidFile where that cannot
    be used, or another user may have written it.  ``last_status`` and ``last_date`` are those of
    the last answer, of any status; ``peer_time`` is what its clock says now.
    """

    def __init__(self, ca_bundle: str | None = None) -> None:
        self.last_status: int | None = None
        self.last_date: datetime | None = None
        self._last_date_at_s = 0.0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent()
        self._session.headers["Accept"] = "application/json"
        self._session.adapters.clear()  # those of requests' own, http among them
        self._session.mount("https://", _OwnTrust(ca_bundle))

    def peer_time(self) -> datetime | None:
        """What the clock of the last peer shows now, by its ``Date``; None where it sent none."""
        if self.last_date is None:
            return None
        return self.last_date + timedelta(seconds=monotonic() - self._last_date_at_s)

    def post(self, url: str, body: Any, *, timeout_s: float) -> HttpAnswer:
        """The answer to ``body`` sent as JSON.

        Raises NotSent, AnswerLost or Unreachable; InvalidFile where ``url`` is without https.
        """
        return self.send("POST", url, body=body, timeout_s=timeout_s)

    def get(self, url: str, *, timeout_s: float) -> HttpAnswer:
        return self.send("GET", url, timeout_s=timeout_s)

    def send(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        connect_timeout_s: float | None = None,
        body: Any = None,
        form: Mapping[str, str | Secret] | None = None,
        headers: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, Secret] | None = None,
    ) -> HttpAnswer:
        """As :meth:`post`, with ``body`` as JSON or ``form`` as a form.

        ``secret_headers`` are revealed when the request leaves.  ``timeout_s`` is for all of it.
        """
        data = None
        if form is not None:
            data = {name: _revealed(value) for name, value in form.items()}
        return self._bounded(
            method,
            url,
            (connect_timeout_s or timeout_s, timeout_s),
            json=body,
            data=data,
            headers=headers,
            auth=_SecretHeaders(secret_headers or {}),
        )

    def _bounded(
        self, method: str, url: str, timeouts_s: tuple[float, float], **kind: Any
    ) -> HttpAnswer:
        if not is_secure(url):
            raise InvalidFile("address-insecure", address=_without_secrets(url))
        peer = Peer.at(url)
        _, timeout_s = timeouts_s
        proxy = proxy_for(url)
        if proxy and not proxy.is_spoken:
            raise NotSent("proxy-unsupported", host=peer.host, proxy=proxy.host, reason=_NOT_HTTP)
        try:
            return within(timeout_s, lambda: self._exchange(method, url, timeouts_s, **kind))
        except (TimeoutError, ReadTimeout, ReadTimeoutError):
            raise peer.too_slow(timeout_s) from None
        except SSLError as error:
            raise NotSent("tls-untrusted", host=peer.host, reason=_tls_reason(error)) from None
        except InvalidProxyURL:
            shown = proxy.host if proxy else UNNAMED
            raise NotSent(
                "proxy-unsupported", host=peer.host, proxy=shown, reason=_NO_ADDRESS
            ) from None
        except (ConnectTimeout, ProxyError) as error:
            if proxy and _TUNNEL_407 in str(_cause(error)):
                raise NotSent(
                    "proxy-wants-sign-in", host=peer.host, proxy=proxy.host, reason=_WANTS_SIGN_IN
                ) from None
            raise _not_sent(peer.host, error) from None
        except RequestsConnectionError as error:
            if isinstance(_cause(error), NewConnectionError | NameResolutionError):
                raise _not_sent(peer.host, error) from None
            raise peer.lost() from None
        except (RequestException, HTTPError, ValueError):  # ValueError: a header of no charset
            raise peer.lost() from None

    def _exchange(
        self, method: str, url: str, timeouts_s: tuple[float, float], **kind: Any
    ) -> HttpAnswer:
        with self._session.request(
            method, url, timeout=timeouts_s, stream=True, allow_redirects=False, **kind
        ) as answer:
            self.last_status, self.last_date = answer.status_code, _date(answer.headers.get("Date"))
            self._last_date_at_s = monotonic()
            if answer.status_code == _NETWORK_SIGN_IN:
                raise Unreachable("network-sign-in", host=Peer.at(url).host, reason=_PORTAL)
            if answer.is_redirect or answer.is_permanent_redirect:
                raise Unreachable("redirected", host=Peer.at(url).host, reason=_PORTAL)
            body = answer.raw.read(ANSWER_LIMIT_BYTES + 1, decode_content=True)
            if len(body) > ANSWER_LIMIT_BYTES:
                raise Peer.at(url).lost()
            return HttpAnswer(answer.status_code, answer.headers.get("Content-Type", ""), body)


def _without_secrets(url: str) -> str:
    """Scheme, host and path of an address."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


class _SecretHeaders(AuthBase):
    """Our credentials, even where there are none: else requests would look into ``~/.netrc``."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        self._secrets = secrets

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        for name, value in self._secrets.items():
            request.headers[name] = value.reveal()
        return request


class _OwnTrust(HTTPAdapter):
    """Trust what the system trusts, or only ``ca_bundle`` where a site names one."""

    def __init__(self, ca_bundle: str | None) -> None:
        if ca_bundle:
            self._context: ssl.SSLContext = _context(Path(ca_bundle))
        else:
            self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, *_: Any) -> None:
        """Leaves the context as it is: requests would add certifi's list to the system's."""
        conn.cert_reqs = "CERT_REQUIRED"


def _context(bundle: Path) -> ssl.SSLContext:
    """One that trusts the certificates in ``bundle`` alone (PEM).  Raises InvalidFile."""
    try:
        # Certificates are ASCII; what else a bundle says about them need not be.
        text = read_trusted(bundle).decode("ascii", "ignore")
        # Given nothing, ssl would trust what the system trusts.
        return ssl.create_default_context(cadata=text or " ")
    except ssl.SSLError:
        reason = "It holds no certificate."
    except OSError as error:
        reason = f"{error.strerror}."
    except DistrustedFile as error:
        reason = str(error)
    raise InvalidFile("settings-unreadable", path=str(bundle), reason=reason)


def _cause(wrong: RequestsConnectionError) -> object:
    """The error of urllib3 below that of requests."""
    inner = wrong.args[0] if wrong.args else None
    return getattr(inner, "reason", inner)


def _not_sent(host: str, wrong: RequestException) -> NotSent:
    cause = _cause(wrong) if isinstance(wrong, RequestsConnectionError) else None
    unknown = isinstance(cause, NameResolutionError)
    reason = "Its name is not known here." if unknown else "There is no connection to it."
    error = NotSent("no-network", host=host, reason=reason, retryable=True)
    error.nobody_there = unknown or "refused" in str(cause)
    return error


def _date(header: str | None) -> datetime | None:
    """The time in a ``Date`` header (RFC 9110, 5.6.7); None where there is none to read."""
    try:
        time = parsedate_to_datetime(header or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _tls_reason(wrong: SSLError) -> str:
    text = str(wrong)
    if "IP address mismatch" in text or "Hostname mismatch" in text or "doesn't match" in text:
        return "Its certificate is for another name."
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "Its certificate was not made by an authority that this computer trusts."
    return "No safe connection could be agreed on."
