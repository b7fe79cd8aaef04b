"""Signing in without a password: with a kept sign-in, the browser, or on another device."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from alpkey.actions.session import Session, SessionWorld, Who
from alpkey.core import words
from alpkey.core.errors import AlpkeyError, SignInRefused, Unreachable, Unsuitable
from alpkey.core.events import Answer, Event, Show, Step, Warn
from alpkey.core.ports import Cancellation, Clock
from alpkey.core.ports_sign_in import Browser, Callback, DeviceRequest, SignIn, Tokens

BROWSER_TIMEOUT_S = 300.0
LOST_IN_A_ROW = 3

# Where the browser cannot be used at all, another device can.
_NO_BROWSER = ("callback-busy", "no-browser")

SigningIn = Generator[Event, Answer, Tokens]


class Way(Enum):
    """How to sign in."""

    BROWSER = "browser"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class SignInWorld:
    """The outside world of a sign-in; ``qr`` makes rows of 0 and 1 of an address.

    ``sessions`` is None where none is ever kept.
    """

    site_name: str
    provider: SignIn
    callback: Callback
    browser: Browser
    qr: Callable[[str], tuple[str, ...]]
    cancellation: Cancellation
    clock: Clock
    pause: Callable[[timedelta], None]
    sessions: SessionWorld | None = None


def sign_in(way: Way, world: SignInWorld, who: Who) -> SigningIn:
    """Signs in: with the kept sign-in where there is one, else anew, and keeps that if wished.

    Raises what the provider and the callback raise.
    """
    session = Session(world.sessions, world.provider, who)
    if tokens := (yield from session.again()):
        return tokens
    yield from session.ask()
    tokens = yield from _anew(way, world)
    yield from session.settle(tokens)
    return tokens


def sign_in_again(world: SignInWorld, who: Who) -> Generator[Event, Answer, Tokens | None]:
    """Signs in with the kept sign-in alone; None where there is none, or none of use."""
    return (yield from Session(world.sessions, world.provider, who).again())


def _anew(way: Way, world: SignInWorld) -> SigningIn:
    """Where no browser can be used, on another device, after a warning."""
    if way is Way.DEVICE:
        return (yield from _on_device(world))
    try:
        return (yield from _with_browser(world))
    except (Unreachable, Unsuitable) as unable:
        if unable.code not in _NO_BROWSER:
            raise
        yield Warn("browser-unusable", {"reason": words.describe(unable).title})
    return (yield from _on_device(world))


def _with_browser(world: SignInWorld) -> SigningIn:
    request = world.provider.for_browser()
    with world.callback.listening(request) as awaited:
        world.browser.open(request.url)
        yield Show("browser", request.url)
        code = awaited.code(BROWSER_TIMEOUT_S, lambda: world.cancellation.requested)
    tokens = world.provider.with_code(request, code)
    yield Step("signed-in")
    return tokens


def _on_device(world: SignInWorld) -> SigningIn:
    request = world.provider.for_device()
    yield Show(
        "device",
        request.complete_url,
        user_code=request.user_code,
        short_url=request.url,
        qr=world.qr(request.complete_url),
    )
    lost = 0
    while world.clock() < request.ends:
        world.pause(request.interval)
        try:
            answer = world.provider.with_device(request)
        except Unreachable as trouble:
            lost += 1
            request = _less_often(request, trouble, lost)
            continue
        if isinstance(answer, Tokens):
            yield Step("signed-in")
            return answer
        request, lost = answer, 0
    raise SignInRefused("device-code-expired", site=world.site_name, retryable=True)


def _less_often(request: DeviceRequest, trouble: AlpkeyError, lost: int) -> DeviceRequest:
    """A network that comes and goes ends no sign-in at once (RFC 8628, section 3.5)."""
    if lost >= LOST_IN_A_ROW:
        raise trouble
    return replace(request, interval=request.interval * 2)
