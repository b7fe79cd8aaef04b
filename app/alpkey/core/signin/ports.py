"""The ports to an identity provider: how to sign in to it, and out again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in returns.  ``username`` as proven by the provider; a refresh may omit it.

    The refresh token stands for both factors until it expires, and works once.
    """

    access: Secret
    refresh: Secret | None
    username: str | None


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """A sign-in begun for a browser: the page to open, and what proves an answer to it."""

    url: str
    state: str
    nonce: str
    verifier: Secret


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """A sign-in begun for another device: what to show, and how often to ask for its outcome.

    ``complete_url`` contains the code; ``ends`` is when it expires.
    """

    code: Secret
    user_code: str
    url: str
    complete_url: str
    interval: timedelta
    ends: datetime


class AwaitCode(Protocol):
    """A browser that was sent to sign in, and is waited for."""

    def start_address(self) -> str:
        """A new address here that sends a browser to the page of the request, once.

        Opened a second time it ends the sign-in: another program may have read it.
        """

    def __call__(self, timeout_s: float, cancelled: Callable[[], bool]) -> Secret:
        """The code that it brings back.

        Raises Cancelled (``sign-in-denied`` where sign-in was declined there, ``browser-late``
        after ``timeout_s``, or plainly once ``cancelled()`` is true), SignInRefused
        (``request-refused``) where the provider sent the browser back with any other error, or
        (``opened-twice``) where a start address was opened twice.
        """


ListenForRedirect = Callable[[BrowserRequest], AbstractContextManager[AwaitCode]]
"""``(request)``: listen for the answer to ``request``; begin before the browser is opened.

What is no answer to it is ignored.  Raises Unreachable (``callback-busy``) where another program
uses the port: then another device is the method to use.
"""

OpenBrowser = Callable[[str], None]
"""``(url)``: open the page in the user's web browser and return.  Raises InvalidInput
(``no-browser``).
"""


class SignIn(Protocol):
    """An identity provider.  Every call raises Unreachable where no usable answer came.

    Those that return tokens raise InvalidFile (``sign-in-unproven``) where the provider does not
    prove who signed in.
    """

    def prepare(self) -> None:
        """Fetch the provider's endpoints, so that later calls need one round trip each."""

    def knowledge(self) -> str:
        """What ``prepare`` fetched, for a later program to ``recall``; nothing of it is secret."""

    def recall(self, knowledge: str) -> None:
        """Restore it, so that ``again`` is one round trip.

        Text that belongs to another provider, or is unreadable, is ignored.
        """

    def with_password(self, credentials: Credentials) -> Tokens:
        """Sign in directly.

        Raises SignInRefused (``sign-in-refused``, ``account-locked``), and NeedsBrowser where the
        provider or the site file does not allow it.
        """

    def for_browser(self, fresh_for: str | None = None) -> BrowserRequest:
        """Begin a sign-in by browser.  Nothing is sent to the provider yet.

        ``fresh_for`` is an account to sign in as, though the browser is signed in as another.
        """

    def with_code(self, request: BrowserRequest, code: Secret) -> Tokens:
        """Complete a sign-in by browser.  Raises SignInRefused (``token-refused``)."""

    def for_device(self) -> DeviceRequest:
        """Begin a sign-in by another device."""

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        """The tokens; or, while there is no answer, what to ask again after its interval.

        Raises Cancelled (``sign-in-denied``) where it was declined, SignInRefused
        (``device-code-expired``).
        """

    def again(self, refresh: Secret) -> Tokens:
        """Sign in without the user.  Raises SignInRefused (``token-refused``)."""

    def end(self, refresh: Secret) -> None:
        """Sign out: the tokens of this sign-in are invalid afterwards."""
