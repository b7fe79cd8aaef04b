"""Who decides a setting: the organisation's policy, which locks it; else the user."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from alpkey.core.account import USERNAME, Account
from alpkey.core.settings.settings import Settings, declared

Origin = Literal["policy", "person", "shipped"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings in force, and who decided each of them, by key.

    ``unknown`` are the keys of the user's file that this version does not have.  ``accounts`` are
    those beside the first, which has the setting ``username``.
    """

    settings: Settings
    origins: Mapping[str, Origin]
    unknown: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()

    def is_locked(self, key: str) -> bool:
        return self.origins[key] == "policy"

    def of_account(self, account: Account) -> "Chosen":
        """The same for an account beside the first."""
        settings = replace(self.settings, username=account.username)
        return replace(self, settings=settings, origins={**self.origins, USERNAME: "person"})


def choose(
    policy: Mapping[str, Any],
    user: Mapping[str, Any],
    unknown: tuple[str, ...] = (),
    accounts: tuple[Account, ...] = (),
) -> Chosen:
    """The settings that follow from the values of both."""

    def origin(key: str) -> Origin:
        return "policy" if key in policy else "person" if key in user else "shipped"

    origins = {key: origin(key) for key in declared()}
    return Chosen(Settings(**{**user, **policy}), origins, unknown, accounts)
