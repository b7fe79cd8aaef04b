"""The port to an identity provider: the ways by which a person signs in to it, and out again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alpkey.core.ports import Credentials
from alpkey.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives.  ``username`` as proven by the provider; a refresh may not tell it.

    The refresh token stands for both factors while it lives, and works once.
    """

    access: Secret
    refresh: Secret | None
    username: str | None


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """A sign-in begun for a browser: the page to open, and what proves that the answer is to it."""

    url: str
    state: str
    nonce: str
    verifier: Secret


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """A sign-in begun for another device: what to show, and how often to ask what became of it.

    ``complete_url`` holds the code already; ``ends`` is when it is no longer of use.
    """

    code: Secret
    user_code: str
    url: str
    complete_url: str
    interval: timedelta
    ends: datetime


class Awaited(Protocol):
    """A browser that was sent to sign in, and is awaited back."""

    def start_address(self) -> str:
        """A new address here that sends a browser to the page of the request, once.

        Opened a second time it ends the sign-in: another program may have read it.
        """

    def code(self, timeout_s: float, cancelled: Callable[[], bool]) -> Secret:
        """The code that it brings.

        Raises Cancelled (``sign-in-denied`` after a no there, ``browser-late`` after
        ``timeout_s``, or plainly once ``cancelled`` says so), SignInRefused
        (``request-refused``) where the provider sent it back with any other error, or
        (``opened-twice``) where a start address was opened twice.
        """


class Callback(Protocol):
    """Where the browser comes back to."""

    def listening(self, request: BrowserRequest) -> AbstractContextManager[Awaited]:
        """Listens for the answer to ``request`` from before the browser is opened on.

        What is no answer to it is passed over.  Raises Unreachable (``callback-busy``) where
        another program has the place: then another device is the way.
        """


class Browser(Protocol):
    """The person's web browser."""

    def open(self, url: str) -> None:
        """Opens the page and returns.  Raises InvalidInput (``no-browser``)."""


class SignIn(Protocol):
    """Every call raises Unreachable where no usable answer came.

    Those that return tokens raise InvalidFile (``sign-in-unproven``) where the provider does not
    prove who signed in.
    """

    def prepare(self) -> None:
        """Learns where everything is, so that later calls need one round trip each."""

    def knowledge(self) -> str:
        """What ``prepare`` learned, for a later program to ``recall``; nothing of it is secret."""

    def recall(self, knowledge: str) -> None:
        """Takes it back, so that ``again`` is one round trip.

        What another provider's is, or nobody's, is passed over.
        """

    def with_password(self, credentials: Credentials) -> Tokens:
        """Signs in directly.

        Raises SignInRefused (``sign-in-refused``, ``account-locked``), and NeedsBrowser where the
        provider or the site file does not allow it.
        """

    def for_browser(self, fresh_for: str | None = None) -> BrowserRequest:
        """Begins a sign-in by browser.  Nothing has been sent to whom it concerns yet.

        ``fresh_for`` is an account to sign in as, though the browser is signed in as another.
        """

    def with_code(self, request: BrowserRequest, code: Secret) -> Tokens:
        """Ends a sign-in by browser.  Raises SignInRefused (``token-refused``)."""

    def for_device(self) -> DeviceRequest:
        """Begins a sign-in by another device."""

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        """The tokens; or, while nobody has answered, what to ask again after its interval.

        Raises Cancelled (``sign-in-denied``) after a no, SignInRefused (``device-code-expired``).
        """

    def again(self, refresh: Secret) -> Tokens:
        """Signs in without a person.  Raises SignInRefused (``token-refused``)."""

    def end(self, refresh: Secret) -> None:
        """Signs out: the tokens of this sign-in are worth nothing afterwards."""
