"""Runs an action to its end in front of a presenter, and turns the outcome into an exit code."""

import errno
import os
from contextlib import closing
from typing import TypeVar, cast

from alpkey.cli.output.presenters import Presenter
from alpkey.cli.runtime.cancel import SignalCancellation
from alpkey.core.errors import AlpkeyError, Cancelled, InvalidFile
from alpkey.core.events import Action, Answer, Await

R = TypeVar("R")

# What a file system, a disk or the limits of this user say; none of them is our mistake.
_SURROUNDINGS = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.ESTALE,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EMFILE,
        errno.ENFILE,
        errno.EFBIG,
    }
)


def of_surroundings(error: OSError) -> InvalidFile | None:
    """The error in words where it names a file that the system does not give us."""
    if error.errno not in _SURROUNDINGS or error.filename is None:
        return None
    return InvalidFile(path=os.fsdecode(error.filename), reason=f"{error.strerror}.")


class Failed(Exception):
    """The action failed, and the presenter has shown the error."""

    def __init__(self, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(exit_code)


def drive(action: Action[R], presenter: Presenter, cancellation: SignalCancellation) -> R:
    """The action's result, not printed yet.  Raises Failed once an error was printed."""
    try:
        result = _run(action, presenter, cancellation)
        cancellation.defer_for_good()
    except AlpkeyError as error:
        cancellation.defer_for_good()
        presenter.failed(error)
        raise Failed(error.exit_code) from None
    except OSError as error:
        known = of_surroundings(error)
        if known is None:
            raise
        cancellation.defer_for_good()
        presenter.failed(known)
        raise Failed(known.exit_code) from None
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
