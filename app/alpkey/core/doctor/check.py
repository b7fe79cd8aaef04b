"""What a check of the doctor is, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alpkey.core.doctor.buttons import Button
from alpkey.core.doctor.fixes import Fix, SetFileMode
from alpkey.core.doctor.observations import Observations
from alpkey.core.errors import Param

Severity = Literal["error", "warning", "note"]
Params = Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong, with everything that is known about it.

    ``severity``: an error stops a login, a warning may stop one, a note is only good to know.
    ``title`` holds no params, so that a public report can show it; ``detail`` and ``next_step``
    are filled with what ``found`` returns, which is None where all is well.
    ``after`` are the checks whose finding explains this one, which is then listed below it.
    ``fix`` is what ``alpkey doctor --fix`` does about it, and ``button`` what the doctor's page
    offers where there is no fix.  ``keep_advice``: the page shows ``next_step`` even beside a
    button that would replace it.
    ``in_snapshot``: every snapshot of the key shows this by itself, so it is no lasting error.
    """

    id: str
    severity: Severity
    title: str
    detail: str
    next_step: str
    found: Callable[[Observations, datetime], Params | None]
    after: tuple[str, ...] = ()
    fix: Fix | SetFileMode | None = None
    button: Button | None = None
    keep_advice: bool = False
    in_snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that found something.  A cause is as severe as its worst consequence."""

    check: Check
    params: Params
    severity: Severity
    consequences: tuple["Finding", ...] = ()


def when(condition: object, **params: Param) -> Params | None:
    """``params`` where the condition holds, else None."""
    return params if condition else None
