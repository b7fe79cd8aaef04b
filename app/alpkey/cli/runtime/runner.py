"""Runs an action to its end in front of a presenter, and turns the outcome into an exit code."""

from contextlib import closing
from typing import TypeVar, cast

from alpkey.cli.output.presenters import Presenter
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.core.errors import AlpkeyError, Cancelled
from alpkey.core.events import Action, Answer, Await

R = TypeVar("R")


class Failed(Exception):
    """The action failed, and the presenter has shown the error."""

    def __init__(self, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(exit_code)


def drive(action: Action[R], presenter: Presenter, cancellation: SignalCancellation) -> R:
    """The action's result, still to be told.  Raises Failed once an error was told."""
    try:
        result = _run(action, presenter, cancellation)
        cancellation.defer_for_good()
    except AlpkeyError as error:
        cancellation.defer_for_good()
        presenter.failed(error)
        raise Failed(error.exit_code) from None
    except (EOFError, KeyboardInterrupt):
        presenter.failed(Cancelled())
        raise Failed(Cancelled.exit_code) from None
    return result


def _run(action: Action[R], presenter: Presenter, cancellation: SignalCancellation) -> R:
    reply: Answer | None = None
    with closing(action):
        while True:
            try:
                event = action.send(cast("Answer", reply))
            except StopIteration as end:
                return cast("R", end.value)
            reply = None
            if isinstance(event, Await):
                cancellation.check()
                reply = presenter.answer(event)
            else:
                presenter.show(event)
