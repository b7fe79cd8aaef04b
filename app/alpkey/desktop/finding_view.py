"""A finding of the doctor as the page shows it: pure functions of its object."""

from collections.abc import Mapping
from typing import Any, Literal

from alpkey.core import words

Deed = Literal["fix", "renew"]

# Findings that a fresh key ends.
_RENEWAL_MENDS = frozenset(
    {
        "authority-changed",
        "half-pair",
        "key-broken",
        "key-expired",
        "key-expiring",
        "key-not-yet-valid",
        "login-refused",
        "no-key",
    }
)


def deed(finding: Mapping[str, Any]) -> Deed | None:
    """What one click can do about it; None where only a person can."""
    if finding["fix"]:
        return "fix"
    return "renew" if finding["id"] in _RENEWAL_MENDS else None


def title(finding: Mapping[str, Any]) -> str:
    return f"{words.SEVERITIES[finding['severity']]}: {finding['title']}"


def lines(finding: Mapping[str, Any]) -> list[str]:
    """What it means, what to do where no button does it, and what follows from it."""
    do = [] if deed(finding) else [finding["next_step"]]
    below = [f"{words.FOLLOWS}: {one['title']}. {one['detail']}" for one in finding["consequences"]]
    return [finding["detail"], *do, *below]
