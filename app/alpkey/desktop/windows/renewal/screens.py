"""What the renewal dialog can show: the data of each page.  Knows no Qt."""

from dataclasses import dataclass
from enum import Enum

from alpkey.core.site import SignInMethod, Site


def dialog_title(site: Site) -> str:
    return f"Renew {site.short_name} key"


class FailureAction(Enum):
    """What can be done about a failed renewal."""

    TRY_AGAIN = "again"
    REPLACE = "replace"
    REVOKE = "revoke"
    FORCE = "force"
    OPEN_PAGE = "open-page"


@dataclass(frozen=True, slots=True)
class StillGood:
    """The key is good for long; ``state`` describes it."""

    state: str


@dataclass(frozen=True, slots=True)
class SignInForm:
    """The form of this attempt."""


@dataclass(frozen=True, slots=True)
class ExternalSignIn:
    """The external sign-in of this attempt."""


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """Sign-in methods to choose from, where no form is shown."""

    title: str
    detail: str
    note: str
    methods: tuple[SignInMethod, ...]


@dataclass(frozen=True, slots=True)
class ReplaceQuestion:
    """Whether to replace the key at ``path``, which Alpkey did not make."""

    path: str


@dataclass(frozen=True, slots=True)
class KeepSignInQuestion:
    """Whether to stay signed in at ``site``; a no changes nothing else about the renewal."""

    site: str


@dataclass(frozen=True, slots=True)
class FirstAccountQuestion:
    """Whether ``name``, who signed in, is the account for this computer's first key."""

    name: str


@dataclass(frozen=True, slots=True)
class AccountQuestion:
    """What to do where ``name`` signed in and another account was expected; ``title`` says so."""

    name: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Done:
    """The key is installed.  ``notes`` say what failed after that; ``quota`` may be empty."""

    title: str
    quota: str
    cancelled_late: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """The renewal failed.  ``page`` is the address for ``OPEN_PAGE``."""

    title: str
    detail: str
    next_step: str
    actions: tuple[FailureAction, ...]
    page: str = ""


Screen = (
    StillGood
    | SignInForm
    | ExternalSignIn
    | MethodChoice
    | ReplaceQuestion
    | KeepSignInQuestion
    | FirstAccountQuestion
    | AccountQuestion
    | Done
    | Failure
)
