"""What a check of the doctor is, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alpkey.core.doctor.observations import Observations
from alpkey.core.errors import Param

Severity = Literal["error", "warning", "note"]
Facts = Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong, declared as data.

    ``severity``: an error stops a login, a warning will or may, a note is only good to know.
    ``title`` holds no facts of the case, so that a public report can show it; ``detail`` and
    ``next_step`` are filled with what ``found`` returns, which is None where all is well.
    ``after`` are the checks whose finding explains this one, which is then folded under it.
    ``fix`` tells whether ``alpkey doctor --fix`` can mend it (:mod:`alpkey.actions.doctor`).
    """

    id: str
    severity: Severity
    title: str
    detail: str
    next_step: str
    found: Callable[[Observations, datetime], Facts | None]
    after: tuple[str, ...] = ()
    fix: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that found something.  A cause is as severe as its worst consequence."""

    check: Check
    facts: Facts
    severity: Severity
    consequences: tuple["Finding", ...] = ()


def when(condition: object, **facts: Param) -> Facts | None:
    """The facts, where the condition holds."""
    return facts if condition else None
