"""A bare client of the OpenID provider, and the browser of the user who signs in for it."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.centre import Centre
from tests.sandbox.https import Https, Reply

CLIENT_ID = "authx-cli"
REDIRECT_URI = "http://localhost:8765"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
MOST_REDIRECTS = 10


@dataclass(frozen=True)
class Pkce:
    """A verifier and what is made known of it beforehand (RFC 7636)."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class OpenIdClient:
    """Asks the provider of ``centre`` for tokens."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.https = Https(centre.facts.ca_bundle)
        at = f"{centre.facts.issuer}/.well-known/openid-configuration"
        self.metadata = self.https.send("GET", at).json

    def post(self, endpoint: str, **form: str) -> Reply:
        filled = {"client_id": CLIENT_ID, **form}
        return self.https.send("POST", self.metadata[endpoint], form=filled)

    def token(self, grant_type: str, **form: str) -> Reply:
        return self.post("token_endpoint", grant_type=grant_type, **form)

    def direct(self, **other: str) -> Reply:
        """A direct grant with everything right but for what is given."""
        centre = self.centre
        right = {"username": centre.username, "password": centre.password, "scope": "openid"}
        code = other.pop("totp", None) or centre.otp()
        return self.token("password", **{**right, "totp": code, **other})

    def refresh(self, token: str) -> Reply:
        return self.token("refresh_token", refresh_token=token)

    def redeem(self, code: str, pkce: Pkce, **other: str) -> Reply:
        right = {"code": code, "code_verifier": pkce.verifier, "redirect_uri": REDIRECT_URI}
        return self.token("authorization_code", **{**right, **other})

    def poll(self, device_code: str) -> Reply:
        return self.token(DEVICE_CODE, device_code=device_code)

    def address(self, pkce: Pkce, **other: str | None) -> str:
        """Where to send a browser; what is given as None is left out."""
        right = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": pkce.challenge,
            "code_challenge_method": "S256",
        }
        query = {name: value for name, value in {**right, **other}.items() if value is not None}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(query)}"

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says, once its signature is proven by the published keys."""
        keys: Any = self.https.send("GET", self.metadata["jwks_uri"]).json
        return jwt.decode(token, KeySet.import_key_set(keys), ["RS256"]).claims


class Page(HTMLParser):
    """A page as a user sees it: its text, and the fields and links it offers."""

    def __init__(self, url: str, reply: Reply) -> None:
        super().__init__()
        self.url = self.action = url
        self.status = reply.status
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.method = "get"
        self.words = ""
        self.feed(reply.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.method = found["method"]
            self.action = urljoin(self.url, found.get("action", ""))
        elif tag == "input":
            self.fields[found["name"]] = found.get("value", "")
        elif tag == "a":
            self.links.append(urljoin(self.url, found["href"]))

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def arrived(self) -> dict[str, str]:
        """What the client gets, where the browser has been sent back to it."""
        to = (f"{REDIRECT_URI}?", f"{REDIRECT_URI}/?")
        assert self.url.startswith(to), (self.url, self.words)
        return dict(parse_qsl(urlsplit(self.url).query))


class PlainBrowser:
    """A user's browser: keeps cookies, follows redirects, and stops where the client listens."""

    def __init__(self, ca_bundle: str) -> None:
        self._https = Https(ca_bundle)
        self.cookies: dict[str, str] = {}

    def open(self, url: str, form: dict[str, str] | None = None) -> Page:
        method = "GET" if form is None else "POST"
        for _ in range(MOST_REDIRECTS):
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            reply = self._https.send(method, url, form=form, headers={"Cookie": cookies})
            self._keep(reply)
            onward = reply.headers["Location"]
            if onward is None:
                return Page(url, reply)
            url, method, form = urljoin(url, onward), "GET", None
            if url.startswith(REDIRECT_URI):
                return Page(url, reply)
        raise AssertionError(f"redirected without end, last to {url}")

    def submit(self, page: Page, do: str = "", **typed: str) -> Page:
        """Fill in the page's form and press the button that is called ``do``."""
        assert set(typed) <= set(page.fields), (typed, page.words)
        filled = {**page.fields, **typed, **({"do": do} if do else {})}
        if page.method == "get":
            return self.open(f"{page.action.partition('?')[0]}?{urlencode(filled)}")
        return self.open(page.action, filled)

    def _keep(self, reply: Reply) -> None:
        for line in reply.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


class Browser(PlainBrowser):
    """The browser of a user who signs in at the sandbox's provider."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(centre.facts.ca_bundle)
        self.centre = centre

    def sign_in(self, page: Page, otp: str | None = None) -> Page:
        """Both pages of a sign-in, with everything right."""
        username, password = self.centre.username, self.centre.password
        second = self.submit(page, "login", username=username, password=password)
        return self.submit(second, "otp", otp=otp or self.centre.otp())

    def sign_in_at_home(self, page: Page) -> Page:
        """The guest's way, without a password."""
        there = self.open(page.links[0])
        return self.submit(there, "institution", username=self.centre.facts.guest)
