"""What ``doctor`` found."""

from typing import Literal, NotRequired, TypedDict


class FindingObject(TypedDict):
    """``fix`` is the argument of ``--fix``; None where only the user can fix it."""

    id: str
    severity: Literal["error", "warning", "note"]
    title: str
    detail: str
    next_step: str
    fix: str | None
    consequences: list["FindingObject"]


class DoctorResult(TypedDict):
    """``doctor``.  ``login`` is the host that a login got into, if one did.

    ``fixed`` is there with ``--fix``: the id of the finding, None where it was not there.
    ``report`` and the page of the centre's ``support`` are there with ``--report``.
    """

    healthy: bool
    findings: list[FindingObject]
    login: str | None
    fixed: NotRequired[str | None]
    report: NotRequired[str]
    support: NotRequired[str]
