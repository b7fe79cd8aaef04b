"""The fakes of an identity provider, and of where a browser comes back to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alpkey.core.errors import Cancelled, NeedsBrowser, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.signin.ports import AwaitCode, BrowserRequest, DeviceRequest, Tokens

SITE = "fake"


class FakeSignIn:
    """Knows one account, password and code, which works any number of times; keeps what is sent."""

    def __init__(self, password: str, otp: str) -> None:
        self._right = (password, otp)
        self._numbers = 0
        self._refreshes: set[Secret] = set()
        self._codes: set[Secret] = set()
        self.answers: dict[Secret, bool | None] = {}
        self.takes_passwords = True
        self.locked = False
        self.recalled = ""
        self.account = "alice"
        self.access: Secret | None = None
        self.passwords: list[str] = []
        self.fresh_for: list[str | None] = []

    def change(self, password: str, otp: str) -> None:
        self._right = (password, otp)

    def prepare(self) -> None:
        """There is nothing to learn."""

    def knowledge(self) -> str:
        return "what is known"

    def recall(self, knowledge: str) -> None:
        self.recalled = knowledge

    def with_password(self, credentials: Credentials) -> Tokens:
        if not self.takes_passwords:
            raise NeedsBrowser("password-not-allowed", site=SITE, host=SITE)
        if self.locked:
            raise SignInRefused("account-locked", site=SITE, message="locked", dashboard="a page")
        self.passwords.append(credentials.password.reveal())
        if (credentials.password.reveal(), credentials.otp.reveal()) != self._right:
            raise SignInRefused(site=SITE, retryable=True)
        return self._tokens()

    def for_browser(self, fresh_for: str | None = None) -> BrowserRequest:
        self.fresh_for.append(fresh_for)
        state = self._new("state").reveal()
        return BrowserRequest(f"https://fake/?state={state}", state, "nonce", Secret("verifier"))

    def sign_in_by_browser(self) -> Secret:
        """The code that a browser brings back."""
        code = self._new("code")
        self._codes.add(code)
        return code

    def with_code(self, request: BrowserRequest, code: Secret) -> Tokens:
        if code not in self._codes:
            raise SignInRefused("token-refused", site=SITE, retryable=True)
        self._codes.remove(code)
        return self._tokens()

    def for_device(self) -> DeviceRequest:
        code = self._new("device")
        self.answers[code] = None
        url = "https://fake/device"
        ends = datetime.now(UTC) + timedelta(minutes=10)
        return DeviceRequest(code, "ABCD", url, f"{url}?ABCD", timedelta(seconds=5), ends)

    def with_device(self, request: DeviceRequest) -> Tokens | DeviceRequest:
        if request.code not in self.answers:
            raise SignInRefused("device-code-expired", site=SITE, retryable=True)
        answer = self.answers[request.code]
        if answer is None:
            return replace(request)
        if not answer:
            raise Cancelled("sign-in-denied", site=SITE)
        return self._tokens()

    def again(self, refresh: Secret) -> Tokens:
        if refresh not in self._refreshes:
            raise SignInRefused("token-refused", site=SITE, retryable=True)
        self._refreshes.remove(refresh)
        return self._tokens()

    def end(self, refresh: Secret) -> None:
        self._refreshes.discard(refresh)

    def _tokens(self) -> Tokens:
        refresh = self._new("refresh")
        self._refreshes.add(refresh)
        return Tokens(self.access or self._new("access"), refresh, self.account)

    def _new(self, name: str) -> Secret:
        self._numbers += 1
        return Secret(f"{name} {self._numbers}")


class FakeCallback:
    """A browser that comes back when a test says so; it never waits."""

    def __init__(self) -> None:
        self._state: str | None = None
        self._url = ""
        self.start = "http://localhost:1/start/"
        self._numbers = 0
        self._unopened: list[str] = []
        self._told: list[dict[str, str]] = []

    @contextmanager
    def listening(self, request: BrowserRequest) -> Iterator[AwaitCode]:
        if self._state is not None:
            raise Unreachable("callback-busy", port=1)
        self._state, self._url = request.state, request.url
        try:
            yield self
        finally:
            self._state = None
            self._told.clear()

    def start_address(self) -> str:
        self._numbers += 1
        address = f"{self.start}{self._numbers}"
        self._unopened.append(address)
        return address

    def visit(self, address: str) -> str | None:
        """A browser opens ``address``: where it is sent."""
        if address in self._unopened:
            self._unopened.remove(address)
            return self._url
        if address.startswith(self.start):
            self._told.append({"opened": "twice"})
        return None

    def come_back(self, told: dict[str, str]) -> None:
        if told.get("state") == self._state and {"code", "error"} & told.keys():
            self._told.append(told)

    def __call__(self, timeout_s: float, cancelled: Callable[[], bool]) -> Secret:
        if cancelled():
            raise Cancelled
        if not self._told:
            raise Cancelled("browser-late", site=SITE, minutes=5)
        told = self._told.pop(0)
        if "opened" in told:
            raise SignInRefused("opened-twice", site=SITE, retryable=True)
        if "code" in told:
            return Secret(told["code"])
        if told["error"] == "access_denied":
            raise Cancelled("sign-in-denied", site=SITE)
        raise SignInRefused("request-refused", site=SITE, message=told["error_description"])
