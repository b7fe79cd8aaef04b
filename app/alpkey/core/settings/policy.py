"""Who decides a setting: the organisation's policy, which locks it; else the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from alpkey.core.settings.settings import Settings, declared

Origin = Literal["policy", "person", "shipped"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings in force, and who decided each of them, by key.

    ``unknown`` are the keys of the user's file that this version does not have.
    """

    settings: Settings
    origins: Mapping[str, Origin]
    unknown: tuple[str, ...] = ()

    def is_locked(self, key: str) -> bool:
        return self.origins[key] == "policy"


def choose(
    policy: Mapping[str, Any], user: Mapping[str, Any], unknown: tuple[str, ...] = ()
) -> Chosen:
    """The settings that follow from the values of both."""

    def origin(key: str) -> Origin:
        return "policy" if key in policy else "person" if key in user else "shipped"

    return Chosen(Settings(**{**user, **policy}), {key: origin(key) for key in declared()}, unknown)
