"""The contract of redirect listeners: the real one, by HTTP, and the fake."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from alpkey.adapters.signin.redirect_listener import RedirectListener, _Handler
from alpkey.core.errors import Cancelled, SignInRefused, Unreachable
from alpkey.core.secret import Secret
from alpkey.core.signin.ports import BrowserRequest, ListenForRedirect
from tests.contracts.fakes_sign_in import FakeCallback

REQUEST = BrowserRequest("https://a.page/", "a state", "a nonce", Secret("a verifier"))
LONG_S = 30.0


def never() -> bool:
    return False


@dataclass(frozen=True)
class Subject:
    """A listener, a browser that comes back to it with a query, and another listener there."""

    listening: ListenForRedirect
    come_back: Callable[[dict[str, str]], object]
    other: ListenForRedirect
    visit: Callable[[str], str | None]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def visit(url: str, **headers: str) -> int:
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code


def sent_to(address: str) -> str | None:
    """Where a browser that opens ``address`` is sent; None where it is not."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().getheader("Location")
    finally:
        connection.close()


def _real() -> Subject:
    uri = f"http://localhost:{free_port()}"
    return Subject(
        RedirectListener(uri, "a site").listening,
        lambda query: visit(f"{uri}/?{urlencode(query)}"),
        RedirectListener(uri, "a site").listening,
        sent_to,
    )


def _fake() -> Subject:
    fake = FakeCallback()
    return Subject(fake.listening, fake.come_back, fake.listening, fake.visit)


@pytest.fixture(params=["loopback", "fake"])
def subject(request: pytest.FixtureRequest) -> Subject:
    return _fake() if request.param == "fake" else _real()


class TestContract:
    def test_the_browser_brings_the_code(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code:
            subject.come_back({"code": "a code", "state": "a state"})
            assert await_code(LONG_S, never) == Secret("a code")

    @pytest.mark.parametrize(
        "odd", [{}, {"state": "a state"}, {"code": "a code"}, {"code": "a code", "state": "other"}]
    )
    def test_what_is_no_answer_is_passed_over(self, subject: Subject, odd: dict[str, str]) -> None:
        with subject.listening(REQUEST) as await_code:
            subject.come_back(odd)
            subject.come_back({"code": "the code", "state": "a state"})
            assert await_code(LONG_S, never) == Secret("the code")

    def test_of_two_answers_the_first_counts(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code:
            subject.come_back({"code": "a code", "state": "a state"})
            subject.come_back({"code": "another", "state": "a state"})
            assert await_code(LONG_S, never) == Secret("a code")

    def test_a_start_address_leads_to_the_page_and_holds_nothing_of_it(
        self, subject: Subject
    ) -> None:
        with subject.listening(REQUEST) as await_code:
            first, second = await_code.start_address(), await_code.start_address()
            assert first != second
            for address in (first, second):
                assert REQUEST.state not in address
                assert subject.visit(address) == REQUEST.url
            subject.come_back({"code": "a code", "state": "a state"})
            assert await_code(LONG_S, never) == Secret("a code")

    def test_a_start_address_opened_twice_ends_the_sign_in(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code:
            address = await_code.start_address()
            assert subject.visit(address) == REQUEST.url
            assert subject.visit(address) is None
            subject.come_back({"code": "a code", "state": "a state"})
            with pytest.raises(SignInRefused) as raised:
                await_code(LONG_S, never)
        assert raised.value.code == "opened-twice"

    def test_a_no_is_told(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code:
            subject.come_back({"error": "access_denied", "state": "a state"})
            with pytest.raises(Cancelled) as raised:
                await_code(LONG_S, never)
        assert raised.value.code == "sign-in-denied"

    def test_another_error_is_told_in_the_providers_words(self, subject: Subject) -> None:
        told = {"error": "server_error", "error_description": "oops", "state": "a state"}
        with subject.listening(REQUEST) as await_code:
            subject.come_back(told)
            with pytest.raises(SignInRefused) as raised:
                await_code(LONG_S, never)
        assert (raised.value.code, raised.value.params["message"]) == ("request-refused", "oops")

    def test_it_does_not_wait_for_ever(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code, pytest.raises(Cancelled) as raised:
            await_code(0, never)
        assert raised.value.code == "browser-late"

    def test_it_can_be_cancelled(self, subject: Subject) -> None:
        with subject.listening(REQUEST) as await_code, pytest.raises(Cancelled) as raised:
            await_code(LONG_S, lambda: True)
        assert raised.value.code == "cancelled"

    def test_the_place_is_taken_by_one_at_a_time(self, subject: Subject) -> None:
        with (
            subject.listening(REQUEST),
            pytest.raises(Unreachable) as raised,
            subject.other(REQUEST),
        ):
            pass
        assert raised.value.code == "callback-busy"
        with subject.other(REQUEST):
            pass


class TestLoopback:
    """What only a real listener can do wrong."""

    @pytest.fixture
    def port(self) -> int:
        return free_port()

    def test_it_listens_on_both_addresses_of_this_computer(self, port: int) -> None:
        places = ["127.0.0.1", *(["[::1]"] if socket.has_dualstack_ipv6() else [])]
        query = urlencode({"code": "a code", "state": "a state"})
        for place in places:
            with RedirectListener(f"http://localhost:{port}", "a site").listening(
                REQUEST
            ) as await_code:
                assert visit(f"http://{place}:{port}/?{query}") == 200
                assert await_code(LONG_S, never) == Secret("a code")

    def test_a_name_that_leads_here_is_not_us(self, port: int) -> None:
        query = urlencode({"code": "a code", "state": "a state"})
        with RedirectListener(f"http://localhost:{port}", "a site").listening(
            REQUEST
        ) as await_code:
            url = f"http://127.0.0.1:{port}/?{query}"
            assert visit(url, Host="evil.example") == 404
            with pytest.raises(Cancelled):
                await_code(0.05, never)

    def test_other_paths_and_ways_are_none(self, port: int) -> None:
        with RedirectListener(f"http://localhost:{port}", "a site").listening(REQUEST):
            assert visit(f"http://localhost:{port}/favicon.ico") == 404
            assert visit(f"http://localhost:{port}/start/") == 404
            assert visit(f"http://localhost:{port}/start/guessed") == 404
            with pytest.raises(HTTPError) as refused:
                urlopen(f"http://localhost:{port}/", data=b"code=a&state=b", timeout=10)
            with refused.value as answer:
                assert answer.code == 501

    def test_a_silent_connection_holds_nobody_up(self, port: int) -> None:
        """Browsers open connections ahead, and never say a word on some."""
        query = urlencode({"code": "a code", "state": "a state"})
        with (
            RedirectListener(f"http://localhost:{port}", "a site").listening(REQUEST) as await_code,
            socket.create_connection(("127.0.0.1", port)),
        ):
            assert visit(f"http://localhost:{port}/?{query}") == 200
            assert await_code(LONG_S, never) == Secret("a code")

    def test_what_came_first_counts_however_late_its_page_is_done(
        self, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The browser may be back with an answer while the refusal is still being written."""
        say, busy = _Handler._say, threading.Event()

        def says_and_lingers(handler: _Handler, status: int, *rest: str) -> None:
            say(handler, status, *rest)
            if status == HTTPStatus.CONFLICT:
                busy.wait(0.3)

        monkeypatch.setattr(_Handler, "_say", says_and_lingers)
        with RedirectListener(f"http://localhost:{port}", "a site").listening(
            REQUEST
        ) as await_code:
            address = await_code.start_address()
            assert [sent_to(address), sent_to(address)] == [REQUEST.url, None]
            visit(f"http://localhost:{port}/?{urlencode({'code': 'a code', 'state': 'a state'})}")
            with pytest.raises(SignInRefused) as raised:
                await_code(LONG_S, never)
        assert raised.value.code == "opened-twice"

    def test_a_cancel_from_elsewhere_is_heard_while_waiting(self, port: int) -> None:
        cancel = threading.Event()
        with RedirectListener(f"http://localhost:{port}", "a site").listening(
            REQUEST
        ) as await_code:
            timer = threading.Timer(0.2, cancel.set)
            timer.start()
            with pytest.raises(Cancelled):
                await_code(LONG_S, cancel.is_set)
            timer.join()

    def test_afterwards_nobody_listens(self, port: int) -> None:
        with RedirectListener(f"http://localhost:{port}", "a site").listening(REQUEST):
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)
