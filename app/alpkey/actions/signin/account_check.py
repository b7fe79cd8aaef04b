"""Who signed in, compared with the account of this computer before anything is asked of a service.

A browser may be signed in as somebody else, and another user of this computer may bring a code of
an account of their own: nothing is signed, listed or revoked for such an account by itself.
"""

from collections.abc import Generator, Iterator
from enum import Enum

from alpkey.actions.confirm import agree
from alpkey.core.errors import Cancelled, SignInRefused
from alpkey.core.events import Answer, Ask, Await, Event, Field
from alpkey.core.site import Site

CHOICE = "account"
CONFIRMATION = "first_account"


class AccountChoice(Enum):
    """What to do where another account signed in; the values are those of an answer."""

    SWITCH = "switch"
    USE = "use"
    CANCEL = "cancel"


def is_another(name: str | None, account: str | None, site: Site) -> bool:
    """Whether the provider's ``name`` is an account of ``site``, and not ``account``.

    A provider may know a user by a name of their home institution, which is no account: that
    compares with nothing.
    """
    return bool(account and name and site.names_a_user(name) and name != account)


def choose_account(
    name: str, account: str, site: Site, numbers: Iterator[int]
) -> Generator[Event, Answer, bool]:
    """Whether to go on as ``name``; else the sign-in begins again, for ``account``.

    Where no one can answer, the error of the question ends the action.  Raises Cancelled.
    """
    error = SignInRefused(
        "another-account", signed_in=name, account=account, site=site.name, retryable=True
    )
    choices = tuple(choice.value for choice in AccountChoice)
    ask = Ask(next(numbers), (Field(CHOICE, "choice", value=name, choices=choices),), error)
    yield ask
    answer = yield Await(ask)
    match answer.get(CHOICE):
        case AccountChoice.USE.value:
            return True
        case AccountChoice.SWITCH.value:
            return False
    raise Cancelled


def confirm_account(name: str, numbers: Iterator[int]) -> Generator[Event, Answer, None]:
    """Before the first certificate of this computer.  Raises Cancelled unless it was agreed to."""
    yield from agree(next(numbers), CONFIRMATION, name)
