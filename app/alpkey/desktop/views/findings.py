"""A finding of the doctor as the page shows it: pure functions of its object."""

from collections.abc import Mapping
from typing import Any, Literal

from alpkey.core.messages import doctor as doctor_messages

FindingAction = Literal["fix", "renew", "ssh-config", "host-keys", "keys", "settings"]

# What ends a finding that the doctor has no fix of its own for: the window or page for it.
_ENDED_BY: Mapping[str, FindingAction] = {
    "agent-too-full": "ssh-config",
    "authority-changed": "renew",
    "half-pair": "renew",
    "host-astray": "ssh-config",
    "host-unknown": "host-keys",
    "keychain-locked": "renew",
    "kept-refused": "renew",
    "key-broken": "renew",
    "key-expired": "renew",
    "key-expiring": "renew",
    "key-not-yet-valid": "renew",
    "line-gone": "ssh-config",
    "line-not-first": "ssh-config",
    "login-refused": "renew",
    "no-key": "renew",
    "no-terminal": "settings",
    "quota-used-up": "keys",
    "refused-often": "renew",
    "service-retired": "renew",
    "silent-failed": "renew",
    "user-differs": "renew",
}
_WINDOWS: Mapping[FindingAction, tuple[str, ...]] = {
    "renew": ("renew", "--again"),
    "ssh-config": ("ssh-config",),
    "host-keys": ("host-keys",),
    "keys": ("main", "--page", "keys"),
    "settings": ("main", "--page", "settings"),
}
# These buttons say all that is to be done, but for some findings.
_PLAIN: tuple[FindingAction, ...] = ("fix", "renew")
_ADVISED = ("keychain-locked", "login-refused", "refused-often", "user-differs")


def action(finding: Mapping[str, Any]) -> FindingAction | None:
    """What one click can do about it; None where only a person can."""
    return "fix" if finding["fix"] else _ENDED_BY.get(finding["id"])


def window(action: FindingAction) -> tuple[str, ...]:
    """The window to open for it, as arguments; empty for a fix, which needs none."""
    return _WINDOWS.get(action, ())


def title(finding: Mapping[str, Any]) -> str:
    return f"{doctor_messages.SEVERITIES[finding['severity']]}: {finding['title']}"


def lines(finding: Mapping[str, Any]) -> list[str]:
    """What it means, what to do where no button says it, and what follows from it."""
    said = action(finding) in _PLAIN and finding["id"] not in _ADVISED
    do = [] if said else [finding["next_step"]]
    below = [
        f"{doctor_messages.CONSEQUENCE}: {one['title']}. {one['detail']}"
        for one in finding["consequences"]
    ]
    return [finding["detail"], *do, *below]
