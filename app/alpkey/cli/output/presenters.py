"""Events as people and programs want them: sentences, one JSON object, or JSON lines."""

import getpass
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, Protocol

import click

from alpkey.core.background_call import BackgroundCall
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput
from alpkey.core.events import (
    LINE_LIMIT_BYTES,
    NOT_YET,
    VERSION,
    Answer,
    Ask,
    Await,
    Field,
    Result,
    Show,
    Shown,
    Step,
    Warn,
    as_object,
)
from alpkey.core.keychain.entries import WISH
from alpkey.core.messages import signin as signin_messages
from alpkey.core.messages.describe import describe, error_object
from alpkey.core.messages.warnings import step_text, warning_text
from alpkey.core.secret import Secret

# The upper and the lower of two modules, as one letter.
_HALVES = {
    "00": " ",
    "10": "\N{UPPER HALF BLOCK}",
    "01": "\N{LOWER HALF BLOCK}",
    "11": "\N{FULL BLOCK}",
}
SECRET_KINDS = ("secret", "otp")
_LABELS = {
    "username": "User name",
    "password": "Password",
    "otp": "Six-digit code",
    "passphrase": "Passphrase",
    "passphrase_again": "The same passphrase again",
    "old_passphrase": "Passphrase until now",
    "totp_secret": "otpauth address or secret of the code generator",
}

# A keychain that is asked gives up by itself before this; a person hears soon why it takes long.
NEWS_TIMEOUT_S = 200.0
QUIET_FOR_S = 1.0

# What is asked: the code of the words before the question, and the question itself.
_QUESTIONS = {
    "apply": ("config-question", "Put this line there"),
    "replace": ("foreign-key", "Replace it"),
    "remove": ("downloads-question", "Remove them"),
    "host": ("host-question", "Remember this key"),
    "keep_sign_in": ("keep-question", "Stay signed in"),
    "leave": ("leave-question", "Remove all this"),
    "uninstall": ("uninstall-question", "Undo all this"),
    "revoke": ("revoke-question", "Revoke them"),
    "job": ("job-question", "End it"),
    "first_account": ("account-question", "Is this your account"),
}

# The answers to a choice, as they are offered; {value} is what the question is about.
_CHOICES = {
    "switch": "Switch account",
    "use": "Use {value} here",
    "cancel": "Cancel",
}
# Answers that are no secret.
_PLAIN_ANSWERS = ("username", "account")


class Presenter(Protocol):
    """Shows what an action yields, and brings it answers."""

    def show(self, event: Shown) -> None: ...

    def answer(self, wanted: Await) -> Answer:
        """NOT_YET where the news come first.  Raises Cancelled where nobody can answer or will."""

    def done(self, result: Result) -> None: ...

    def failed(self, error: AlpkeyError) -> None: ...


class Sentences:
    """For a person at a terminal, or reading what a script printed.  Notes go to stderr."""

    def __init__(self, tell: Callable[[Result], str], *, can_ask: bool) -> None:
        self._tell = tell
        self._can_ask = can_ask
        self._kept: dict[str, str | Secret | bool] = {}

    def show(self, event: Shown) -> None:
        match event:
            case Step(id=step, params=params):
                click.echo(f"  {step_text(step, params)}", err=True)
            case Warn(code=code, params=params):
                click.echo(f"  {warning_text(code, params)}", err=True)
            case Show():
                _show_page(event)
            case Ask():
                if not self._can_ask:
                    raise nobody_to_ask(event)

    def answer(self, wanted: Await) -> Answer:
        """Asks for what is missing; after an error about one field, for that one only.

        Nothing can be taken back at a terminal, so the news are waited for.
        """
        if wanted.news:
            self._wait(wanted.news)
            return NOT_YET
        ask = wanted.ask
        if ask.error:
            self._explain(ask.error)
            at_fault = ask.error.params.get("field")
            again = [at_fault, f"{at_fault}_again"] if at_fault else ["password", "otp"]
            self._kept = {name: kept for name, kept in self._kept.items() if name not in again}
        if ask.fields[0].kind == "choice":  # asked anew each time
            return {field.name: _chosen(field) for field in ask.fields}
        for field in ask.fields:
            at_fault = self._is_at_fault(ask, field.name)
            if field.kind == "text" and field.value and not at_fault:
                self._kept[field.name] = field.value
            if field.kept and not at_fault:
                click.echo(f"{_LABELS[field.name]}: from the keychain", err=True)
            elif field.name not in self._kept and field.name != WISH:
                self._kept[field.name] = _asked(field.name, field.kind, field.value)
        return dict(self._kept)

    def done(self, result: Result) -> None:
        click.echo(self._tell(result))

    def failed(self, error: AlpkeyError) -> None:
        self._explain(error)

    @staticmethod
    def _wait(news: BackgroundCall[object]) -> None:
        if not news.wait(QUIET_FOR_S):
            click.echo("Waiting for the keychain; it may ask to be unlocked.", err=True)
            news.wait(NEWS_TIMEOUT_S)

    @staticmethod
    def _is_at_fault(ask: Ask, name: str) -> bool:
        return ask.error is not None and ask.error.params.get("field") == name

    @staticmethod
    def _explain(error: AlpkeyError) -> None:
        said = describe(error)
        click.echo(f"{said.title}. {said.detail}\n{said.next_step}", err=True)


class OneObject:
    """Exactly one JSON object on stdout, at the end; nothing is asked."""

    def show(self, event: Shown) -> None:
        if isinstance(event, Ask):
            raise nobody_to_ask(event)
        if isinstance(event, Show):  # nothing is asked: a person may be looking, and may not
            _show_page(event)

    def answer(self, wanted: Await) -> Answer:
        raise nobody_to_ask(wanted.ask)

    def done(self, result: Result) -> None:
        click.echo(json.dumps(result))

    def failed(self, error: AlpkeyError) -> None:
        click.echo(json.dumps({"error": error_object(error)}))


class Prepared:
    """Another presenter, with the one answer that came on standard input.

    The answer is given once; a question that comes back ends with the reason it came back for.
    """

    def __init__(self, inner: Presenter, answer: Answer) -> None:
        self._inner = inner
        self._answer: Answer | None = answer
        self.done = inner.done
        self.failed = inner.failed

    def show(self, event: Shown) -> None:
        if not isinstance(event, Ask):
            self._inner.show(event)
        elif event.error:
            raise event.error
        elif event.fields[0].kind == "confirm":
            raise nobody_to_ask(event)

    def answer(self, wanted: Await) -> Answer:
        """Waits for the news only where they may bring what the answer lacks."""
        if self._answer is None:
            raise nobody_to_ask(wanted.ask)
        field = wanted.ask.fields[0].name
        if field == "passphrase" and "password" in self._answer:  # it serves the sign-in, too
            if field not in self._answer:
                raise nobody_to_ask(wanted.ask)
            return self._answer
        if wanted.news and any(not self._answer.get(name) for name in ("password", "otp")):
            wanted.news.wait(NEWS_TIMEOUT_S)
            return NOT_YET
        answer, self._answer = self._answer, None
        return answer


class JsonLines:
    """For a window: an event a line on stdout, answers and cancel as lines on stdin."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        self._cancel = cancel
        self._answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
        self._first = True
        threading.Thread(target=self._listen, daemon=True, name="answers").start()

    def show(self, event: Shown) -> None:
        self._write(as_object(event))

    def answer(self, wanted: Await) -> Answer:
        asked = wanted.ask.number
        if wanted.news:
            wanted.news.tell(lambda: self._answers.put((asked, NOT_YET)))
        while True:
            number, answer = self._answers.get()
            if number == asked:
                return answer

    def done(self, result: Result) -> None:
        self._write({"event": "done", "result": result})

    def failed(self, error: AlpkeyError) -> None:
        self._write({"event": "failed", "error": error_object(error)})

    def _write(self, row: dict[str, Any]) -> None:
        """A reader that went away must not stop an installation that is under way."""
        if self._first:
            row, self._first = {"v": VERSION, **row}, False
        try:
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            _write_nowhere()

    def _listen(self) -> None:
        for line in _lines(sys.stdin.fileno()):
            row = _row(line)
            if row.get("cancel"):
                break
            if isinstance(row.get("answer"), int) and isinstance(row.get("values"), dict):
                self._answers.put((row["answer"], wrapped(row["values"])))
        self._cancel()


def read_prepared(line: str) -> Answer:
    """The answer in one line of JSON.  Raises InvalidInput."""
    row = _row(line)
    if not row or not all(isinstance(value, str) for value in row.values()):
        raise InvalidInput("answer-unreadable")
    return wrapped(row)


def wrapped(values: dict[str, Any]) -> Answer:
    """Every text but an account is taken for a secret, so nothing typed is shown by mistake."""
    return {
        name: Secret(value) if isinstance(value, str) and name not in _PLAIN_ANSWERS else value
        for name, value in values.items()
    }


def _show_page(page: Show) -> None:
    """Where to sign in, on stderr; the code to scan only where somebody looks."""
    if page.qr and sys.stderr.isatty():
        click.echo(half_blocks(page.qr), err=True)
    click.echo(signin_messages.page_to_open(page.url, page.short_url, page.user_code), err=True)


def half_blocks(rows: Sequence[str]) -> str:
    """Rows of 0 and 1 as text, two rows a line; dark on light, as phones want it."""
    even = [*rows, "0" * len(rows[0])] if len(rows) % 2 else list(rows)
    lines = (
        "".join(_HALVES[upper + lower] for upper, lower in zip(even[at], even[at + 1], strict=True))
        for at in range(0, len(even), 2)
    )
    return "\n".join(f"\x1b[30;107m{line}\x1b[0m" for line in lines)


def nobody_to_ask(ask: Ask) -> AlpkeyError:
    """What is said where a question stands open and nobody can answer."""
    field = ask.fields[0]
    if field.kind == "choice" and ask.error:
        return ask.error
    if field.kind == "confirm":
        code, _ = _QUESTIONS[field.name]
        return Cancelled(code) if field.name == "apply" else Cancelled(code, path=field.value)
    if field.name.endswith("passphrase"):
        return Cancelled("passphrase-needed", field=field.name)
    if all(one.name != "otp" for one in ask.fields):
        return Cancelled("secret-needed", field=ask.fields[-1].name)
    return Cancelled("sign-in-needed")


def _write_nowhere() -> None:
    """Sends what is still to be written to the null device, or the end would fail on it too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _lines(handle: int) -> Iterator[bytes]:
    """The lines of a file descriptor, read without ``sys.stdin``.

    A daemon thread inside that object's lock would abort the interpreter when it ends.
    """
    rest = b""
    while chunk := os.read(handle, LINE_LIMIT_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > LINE_LIMIT_BYTES:
            return


def _row(line: str | bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _chosen(field: Field) -> str:
    for number, choice in enumerate(field.choices, start=1):
        label = _CHOICES.get(choice, choice).format(value=field.value)
        click.echo(f"  {number}  {label}", err=True)
    numbers = click.IntRange(1, len(field.choices))
    return field.choices[click.prompt("Number", type=numbers, err=True) - 1]


def _asked(name: str, kind: str, value: str | None) -> str | Secret | bool:
    if kind == "confirm" and name == "apply":
        return click.confirm(f"{value}\n{_QUESTIONS[name][1]}", err=True)
    if kind == "confirm":
        code, question = _QUESTIONS[name]
        said = describe(Cancelled(code, path=value))
        return click.confirm(f"{said.title}. {said.detail}\n{question}", err=True)
    if kind in SECRET_KINDS:
        return Secret(getpass.getpass(f"{_LABELS[name]}: "))
    return str(click.prompt(_LABELS[name], default=value, err=True))
