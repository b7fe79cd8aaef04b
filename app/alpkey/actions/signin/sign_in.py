"""Signing in at an identity provider: with a saved sign-in, or anew by one of the methods."""

import itertools
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from alpkey.actions.install import LOCK_TIMEOUT_S, report_wait
from alpkey.actions.signin.account_check import choose_account, confirm_account, is_another
from alpkey.actions.signin.credentials_prompt import CredentialsPrompt
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.saved_session import Session, SessionWorld, Who
from alpkey.core.errors import AlpkeyError, InvalidInput, NeedsBrowser, SignInRefused, Unreachable
from alpkey.core.events import Answer, Event, Show, Step, Warn
from alpkey.core.messages.describe_error import describe
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.methods import password_retirement, service_for
from alpkey.core.signin.ports import DeviceRequest, ListenForRedirect, OpenBrowser, SignIn, Tokens
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Refused, Retired

BROWSER_TIMEOUT_S = 300.0
LOST_IN_A_ROW = 3

# Where the browser cannot be used at all, another device can.
_NO_BROWSER = ("callback-busy", "no-browser")

# The first question may be whether to replace a key, the second whether to stay signed in.
_FORM_QUESTIONS = 3

# After those of a form, a key to replace and a sign-in to save.
ACCOUNT_QUESTIONS = 10

SigningIn = Generator[Event, Answer, Tokens]


@dataclass(frozen=True, slots=True)
class SignInWorld:
    """The outside world of a sign-in; ``qr`` makes rows of 0 and 1 of an address.

    ``sessions`` is None where none is ever saved.
    """

    kept: SavedSecretsWorld
    provider: SignIn
    listen: ListenForRedirect
    open_browser: OpenBrowser
    qr: Callable[[str], tuple[str, ...]]
    pause: Callable[[timedelta], None]
    sessions: SessionWorld | None = None


class SignedIn(NamedTuple):
    """``method`` is how the user signed in; None with a saved sign-in.

    ``account`` is the one to act for: that of this computer, or the one that signed in where none
    is known or the user chose it (``chosen``).
    """

    tokens: Tokens
    method: SignInMethod | None
    account: str | None
    chosen: bool = False


def sign_in(
    method: SignInMethod, world: SignInWorld, who: Who
) -> Generator[Event, Answer, SignedIn]:
    """Sign in: with the saved sign-in where there is one, else anew; save that if asked for.

    Another account than that of ``who`` is named and asked about.  Raises what the provider and the
    callback raise, SignInRefused (``another-account``) where no one can be asked, and Cancelled.
    """
    session = Session(world.sessions, world.provider, who)
    if tokens := (yield from session.again()):
        return SignedIn(tokens, None, who.account)
    if method is SignInMethod.PASSWORD:  # the form may have been filled in for another account
        tokens = yield from _by_form(world, who)
        signed_in = SignedIn(tokens, method, tokens.username)
    else:
        signed_in = yield from _outside(method, world, who)
    yield from session.ask()
    yield from session.settle(signed_in.tokens, signed_in.account)
    return signed_in


def _outside(
    method: SignInMethod, world: SignInWorld, who: Who
) -> Generator[Event, Answer, SignedIn]:
    """Anew, until it is the right account, or the user chooses to use the one that signed in."""
    site, numbers = world.kept.site, itertools.count(ACCOUNT_QUESTIONS)
    fresh_for = None
    while True:
        tokens = yield from _anew(method, world, fresh_for)
        name = tokens.username
        if who.account is None:
            if who.confirms and name:
                yield from confirm_account(name, numbers)
            return SignedIn(tokens, method, name)
        if name is None or not is_another(name, who.account, site):
            return SignedIn(tokens, method, who.account)
        if (yield from choose_account(name, who.account, site, numbers)):
            return SignedIn(tokens, method, name, chosen=True)
        fresh_for = who.account


def sign_in_again(world: SignInWorld, who: Who) -> Generator[Event, Answer, Tokens | None]:
    """Sign in with the saved sign-in alone; None where there is none that can be used."""
    return (yield from Session(world.sessions, world.provider, who).again())


def _anew(method: SignInMethod, world: SignInWorld, fresh_for: str | None) -> SigningIn:
    """Where no browser can be used, on another device, after a warning."""
    if method is SignInMethod.DEVICE:
        return (yield from _on_device(world))
    try:
        return (yield from _with_browser(world, fresh_for))
    except (Unreachable, InvalidInput) as error:
        if error.code not in _NO_BROWSER:
            raise
        yield Warn("browser-unusable", {"reason": describe(error).title})
    return (yield from _on_device(world))


def _by_form(world: SignInWorld, who: Who) -> SigningIn:
    """Username, password and code for tokens at once (RFC 6749, section 4.3)."""

    def prove() -> Iterator[Event]:
        world.provider.prepare()
        yield Step("service-ready")

    def use(credentials: Credentials) -> SigningIn:
        yield from report_wait(world.kept.lock)
        with world.kept.lock.held(LOCK_TIMEOUT_S):
            yield from form.about_to_send(credentials)
            tokens = _sent(credentials, world)
        yield Step("signed-in")
        yield from form.settle(credentials)
        return replace(tokens, username=tokens.username or credentials.username)

    numbers = itertools.count(_FORM_QUESTIONS)
    form = CredentialsPrompt(world.kept, prove, who.account, numbers, offer=who.has_form)
    return (yield from form.accepted(use))


def _sent(credentials: Credentials, world: SignInWorld) -> Tokens:
    """A refusal becomes a fact; a provider that takes no passwords is not asked again."""
    now, journal = world.kept.clock(), world.kept.journal
    try:
        return world.provider.with_password(credentials)
    except SignInRefused as error:
        account, attempt = credentials.username, uuid.uuid4().hex
        journal.append([Refused(now, account, attempt, error.code, credentials.kept)])
        raise
    except NeedsBrowser:
        gateway = service_for(SignInMethod.PASSWORD, world.kept.site, fold(journal.facts()).retired)
        if gateway:
            journal.append([Retired(now, password_retirement(gateway), retired=True)])
        raise


def _with_browser(world: SignInWorld, fresh_for: str | None) -> SigningIn:
    """The browser is sent to our own address, as every user here can read its arguments."""
    request = world.provider.for_browser(fresh_for)
    with world.listen(request) as await_code:
        world.open_browser(await_code.start_address())
        yield Show("browser", request.url, short_url=await_code.start_address())
        code = await_code(BROWSER_TIMEOUT_S, lambda: world.kept.cancellation.requested)
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
    while world.kept.clock() < request.ends:
        world.pause(request.interval)
        try:
            answer = world.provider.with_device(request)
        except Unreachable as error:
            lost += 1
            request = _less_often(request, error, lost)
            continue
        if isinstance(answer, Tokens):
            yield Step("signed-in")
            return answer
        request, lost = answer, 0
    raise SignInRefused("device-code-expired", site=world.kept.site.name, retryable=True)


def _less_often(request: DeviceRequest, error: AlpkeyError, lost: int) -> DeviceRequest:
    """A network that comes and goes ends no sign-in at once (RFC 8628, section 3.5)."""
    if lost >= LOST_IN_A_ROW:
        raise error
    return replace(request, interval=request.interval * 2)
