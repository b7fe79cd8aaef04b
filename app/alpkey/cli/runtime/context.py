"""What every command shares: its common options, and running an action to its end."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from alpkey.cli.output.presenters import (
    JsonLines,
    JsonObject,
    PreparedAnswer,
    Presenter,
    TextOutput,
    read_prepared,
)
from alpkey.cli.runtime.account_option import chosen_account
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.cli.runtime.runner import Failed, drive
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Action
from alpkey.wiring.base import Wiring
from alpkey.wiring.recovery import recover

STDIN_LIMIT_BYTES = 64 * 1024

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound=Mapping[str, object])


@dataclass(frozen=True, slots=True)
class Output:
    """What a command prints: ``json`` one object, ``events`` lines, else sentences.

    ``prepared`` is the one line from standard input that holds the answers.
    """

    json: bool = False
    events: bool = False
    prepared: str | None = field(default=None, repr=False)

    @property
    def can_ask(self) -> bool:
        return self.events or (not self.json and self.prepared is None and sys.stdin.isatty())


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def events_option(command: F) -> F:
    return click.option(
        "--events", is_flag=True, help="Print JSON lines as it goes; answers come on stdin."
    )(command)


def yes_option(command: F) -> F:
    return click.option("--yes", is_flag=True, help="Agree to every question.")(command)


def stdin_option(answer: str) -> Callable[[F], F]:
    """``--stdin``, for :func:`prepared_answer`; ``answer`` shows what the line looks like."""
    text = f"Read {answer} as one line of JSON from standard input."
    return click.option("--stdin", "from_stdin", is_flag=True, help=text)


def prepared_answer(from_stdin: bool) -> str | None:
    """The one line of ``--stdin``, where that was given."""
    return sys.stdin.readline(STDIN_LIMIT_BYTES) if from_stdin else None


def run(
    make: Callable[[Wiring, SignalCancellation], Action[R]],
    output: Output,
    tell: Callable[[R], str],
    *,
    silent: bool = False,
    key: Path | None = None,
    host: str | None = None,
) -> R:
    """Runs the action that ``make`` makes; ends this process where it fails.

    ``tell`` puts the result into sentences; ``silent`` leaves showing it to the caller.  ``key`` is
    a private key that the user named;
    ``host`` the name of a host, which is an account's own name for it where there are several.
    """
    cancellation = SignalCancellation()
    presenter = None
    try:
        presenter = _presenter(output, tell, cancellation)
        wiring = Wiring.for_user(key, chosen_account())
        action = _recovered(make, wiring.for_host(host) if host else wiring, cancellation)
    except AlpkeyError as error:
        cancellation.defer_for_good()
        (presenter or _early_presenter(output, tell, cancellation)).failed(error)
        sys.exit(error.exit_code)
    try:
        result = drive(action, presenter, cancellation)
    except Failed as failed:
        sys.exit(failed.exit_code)
    if not silent:
        presenter.done(result)
    return result


def _recovered(
    make: Callable[[Wiring, SignalCancellation], Action[R]],
    wiring: Wiring,
    cancellation: SignalCancellation,
) -> Action[R]:
    """The action that ``make`` makes, once what an earlier command left half done is finished."""
    yield from recover(wiring)
    return (yield from make(wiring, cancellation))


def _presenter(
    output: Output, tell: Callable[[Any], str], cancellation: SignalCancellation
) -> Presenter:
    if output.events:
        return JsonLines(cancellation.ask)
    plain: Presenter = JsonObject() if output.json else TextOutput(tell, can_ask=output.can_ask)
    return (
        plain if output.prepared is None else PreparedAnswer(plain, read_prepared(output.prepared))
    )


def _early_presenter(
    output: Output, tell: Callable[[Any], str], cancellation: SignalCancellation
) -> Presenter:
    """Without the prepared answer, which may be the cause of the error."""
    return _presenter(Output(output.json, output.events), tell, cancellation)


def tell_error(error: AlpkeyError) -> int:
    """Print an error from outside an action, in sentences; return its exit code."""
    TextOutput(str, can_ask=False).failed(error)
    return error.exit_code
