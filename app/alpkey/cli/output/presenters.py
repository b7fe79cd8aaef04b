"""Presenters of events: text for people, one JSON object or JSON lines for programs."""

import getpass
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from typing import Any, Protocol

import click

from alpkey.cli.output.terminal import echo
from alpkey.core.background_call import BackgroundCall
from alpkey.core.display_text import visible
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidInput
from alpkey.core.events import (
    LINE_LIMIT_BYTES,
    NOT_YET,
    VERSION,
    Answer,
    Ask,
    Await,
    Field,
    Show,
    Shown,
    Step,
    Warn,
    as_object,
)
from alpkey.core.json_text import parse_json
from alpkey.core.keychain.entries import KEEP
from alpkey.core.messages import signin as signin_messages
from alpkey.core.messages.describe_error import describe, error_object
from alpkey.core.messages.warnings import step_text, warning_text
from alpkey.core.secret import Secret

# The upper and the lower module of a QR code, as one character.
_HALVES = {
    "00": " ",
    "10": "\N{UPPER HALF BLOCK}",
    "01": "\N{LOWER HALF BLOCK}",
    "11": "\N{FULL BLOCK}",
}
SECRET_KINDS = ("secret", "otp")
_LABELS = {
    "username": "Username",
    "password": "Password",
    "otp": "Six-digit code",
    "passphrase": "Passphrase",
    "passphrase_again": "The same passphrase again",
    "old_passphrase": "Passphrase until now",
    "totp_secret": "otpauth address or secret of the code generator",
}

# The keychain's own timeout is shorter; after NOTICE_AFTER_S the user is shown why it takes long.
NEWS_TIMEOUT_S = 200.0
NOTICE_AFTER_S = 1.0

# The code of the error that describes what is asked, and the question itself.
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
    """Shows what an action yields, and returns answers."""

    def show(self, event: Shown) -> None: ...

    def answer(self, wanted: Await) -> Answer:
        """The answer, or NOT_YET if the news come first.  Raises Cancelled if there is none."""

    def done(self, result: Mapping[str, object]) -> None: ...

    def failed(self, error: AlpkeyError) -> None: ...


class TextOutput:
    """Text for people, at a terminal or in what a script printed.  Events go to stderr."""

    def __init__(self, text: Callable[[Any], str], *, can_ask: bool) -> None:
        self._text = text
        self._can_ask = can_ask
        self._known: dict[str, str | Secret | bool] = {}

    def show(self, event: Shown) -> None:
        match event:
            case Step(id=step, params=params):
                echo(f"  {step_text(step, params)}", err=True)
            case Warn(code=code, params=params):
                echo(f"  {warning_text(code, params)}", err=True)
            case Show():
                _show_page(event)
            case Ask():
                if not self._can_ask and not event.offer:
                    raise cannot_ask(event)

    def answer(self, wanted: Await) -> Answer:
        """Ask for what is missing; after an error about a field, for that field only.

        A prompt cannot be taken back, so the news are waited for.
        """
        if wanted.news:
            self._wait(wanted.news)
            return NOT_YET
        ask = wanted.ask
        if ask.offer and not self._can_ask:
            return {}
        if ask.error:
            self._explain(ask.error)
            wrong = ask.error.params.get("field")
            again = [wrong, f"{wrong}_again"] if wrong else ["password", "otp"]
            self._known = {name: value for name, value in self._known.items() if name not in again}
        if ask.fields[0].kind == "choice":  # asked again each time
            return {field.name: _chosen(field) for field in ask.fields}
        for field in ask.fields:
            has_error = self._has_error(ask, field.name)
            if field.kind == "text" and field.value and not has_error:
                self._known[field.name] = field.value
            if field.kept and not has_error:
                echo(f"{_LABELS[field.name]}: from the keychain", err=True)
            elif field.name not in self._known and field.name != KEEP:
                self._known[field.name] = _asked(field.name, field.kind, field.value)
        return dict(self._known)

    def done(self, result: Mapping[str, object]) -> None:
        echo(self._text(result))

    def failed(self, error: AlpkeyError) -> None:
        self._explain(error)

    @staticmethod
    def _wait(news: BackgroundCall[object]) -> None:
        if not news.wait(NOTICE_AFTER_S):
            echo("Waiting for the keychain; it may ask to be unlocked.", err=True)
            news.wait(NEWS_TIMEOUT_S)

    @staticmethod
    def _has_error(ask: Ask, name: str) -> bool:
        return ask.error is not None and ask.error.params.get("field") == name

    @staticmethod
    def _explain(error: AlpkeyError) -> None:
        text = describe(error)
        echo(f"{text.title}. {text.detail}\n{text.next_step}", err=True)


class JsonObject:
    """Exactly one JSON object on stdout, at the end; nothing is asked."""

    def show(self, event: Shown) -> None:
        if isinstance(event, Ask) and not event.offer:
            raise cannot_ask(event)
        if isinstance(event, Show):  # no answer is needed; stdout holds the result alone
            _show_page(event)

    def answer(self, wanted: Await) -> Answer:
        if wanted.ask.offer:
            return {}
        raise cannot_ask(wanted.ask)

    def done(self, result: Mapping[str, object]) -> None:
        click.echo(json.dumps(result))

    def failed(self, error: AlpkeyError) -> None:
        click.echo(json.dumps({"error": error_object(error)}))


class PreparedAnswer:
    """Another presenter, with the answer that came on standard input.

    The answer is given once; if the question comes again, its error ends the action.
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
        elif event.fields[0].kind == "confirm" and not event.offer:
            raise cannot_ask(event)

    def answer(self, wanted: Await) -> Answer:
        """Wait for the news only if they may bring what the answer lacks."""
        if wanted.ask.offer:
            return {}
        if self._answer is None:
            raise cannot_ask(wanted.ask)
        field = wanted.ask.fields[0].name
        if (
            field == "passphrase" and "password" in self._answer
        ):  # the answer is also for the sign-in
            if field not in self._answer:
                raise cannot_ask(wanted.ask)
            return self._answer
        if wanted.news and any(not self._answer.get(name) for name in ("password", "otp")):
            wanted.news.wait(NEWS_TIMEOUT_S)
            return NOT_YET
        answer, self._answer = self._answer, None
        return answer


class JsonLines:
    """For windows: events as lines on stdout, answers and cancel as lines on stdin."""

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
            wanted.news.on_done(lambda: self._answers.put((asked, NOT_YET)))
        while True:
            number, answer = self._answers.get()
            if number == asked:
                return answer

    def done(self, result: Mapping[str, object]) -> None:
        self._write({"event": "done", "result": result})

    def failed(self, error: AlpkeyError) -> None:
        self._write({"event": "failed", "error": error_object(error)})

    def _write(self, row: Mapping[str, object]) -> None:
        """Write a line; a reader that is gone must not stop an installation."""
        if self._first:
            row, self._first = {"v": VERSION, **row}, False
        try:
            sys.stdout.write(event_line(row))
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_output()

    def _listen(self) -> None:
        for line in _lines(sys.stdin.fileno()):
            row = _row(line)
            if row.get("cancel"):
                break
            if isinstance(row.get("answer"), int) and isinstance(row.get("values"), dict):
                self._answers.put((row["answer"], wrapped(row["values"])))
        self._cancel()


def event_line(row: Mapping[str, object]) -> str:
    """``row`` as a line of LINE_LIMIT_BYTES at most; where it is longer, its longest parts are cut.

    Texts and lists are cut alike, for a certificate can hold both without end.
    """
    line, limit = json.dumps(row) + "\n", LINE_LIMIT_BYTES
    while len(line) > LINE_LIMIT_BYTES:  # JSON is ASCII: a character is a byte
        limit //= 2
        line = json.dumps(_cut(row, limit)) + "\n"
    return line


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, Mapping):
        return {name: _cut(inner, limit) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(inner, limit) for inner in value[:limit]]
    return value


def read_prepared(line: str) -> Answer:
    """The answer in one line of JSON.  Raises InvalidInput."""
    row = _row(line)
    if not row or not all(isinstance(value, str) for value in row.values()):
        raise InvalidInput("answer-unreadable")
    return wrapped(row)


def wrapped(values: dict[str, Any]) -> Answer:
    """Wrap every text but an account as a secret, so that nothing typed is shown by mistake."""
    return {
        name: Secret(value) if isinstance(value, str) and name not in _PLAIN_ANSWERS else value
        for name, value in values.items()
    }


def _show_page(page: Show) -> None:
    """Print where to sign in on stderr; the QR code only to a terminal."""
    if page.qr and sys.stderr.isatty():
        click.echo(half_blocks(page.qr), err=True)
    echo(signin_messages.page_to_open(page.url, page.short_url, page.user_code), err=True)


def half_blocks(rows: Sequence[str]) -> str:
    """Rows of 0 and 1 as text, two rows a line; dark on light, as phones need it."""
    even = [*rows, "0" * len(rows[0])] if len(rows) % 2 else list(rows)
    lines = (
        "".join(_HALVES[upper + lower] for upper, lower in zip(even[at], even[at + 1], strict=True))
        for at in range(0, len(even), 2)
    )
    return "\n".join(f"\x1b[30;107m{line}\x1b[0m" for line in lines)


def cannot_ask(ask: Ask) -> AlpkeyError:
    """The error for a question that cannot be asked."""
    field = ask.fields[0]
    if field.kind == "choice" and ask.error:
        return ask.error
    if field.kind == "confirm":
        code, _ = _QUESTIONS[field.name]
        return Cancelled(code) if field.name == "apply" else Cancelled(code, path=field.value)
    if field.name.endswith("passphrase"):
        return Cancelled("passphrase-needed", field=field.name)
    if all(wanted.name != "otp" for wanted in ask.fields):
        return Cancelled("secret-needed", field=ask.fields[-1].name)
    return Cancelled("sign-in-needed")


def _discard_output() -> None:
    """Redirect stdout to the null device, or flushing it at exit would fail too."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, sys.stdout.fileno())
    os.close(null_device)


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
        row = parse_json(line)
    except ValueError:
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
        return click.confirm(visible(f"{value}\n{_QUESTIONS[name][1]}"), err=True)
    if kind == "confirm":
        code, question = _QUESTIONS[name]
        text = describe(Cancelled(code, path=value))
        return click.confirm(visible(f"{text.title}. {text.detail}\n{question}"), err=True)
    if kind in SECRET_KINDS:
        return Secret(getpass.getpass(f"{_LABELS[name]}: "))
    return str(click.prompt(_LABELS[name], default=value and visible(value), err=True))
