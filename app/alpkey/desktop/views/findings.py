"""A finding of the doctor as its page shows it: pure functions of the JSON object."""

from collections.abc import Mapping
from typing import Any, Literal

from alpkey.core.messages import describe

FindingAction = Literal["fix", "renew", "ssh-config", "host-keys", "keys", "settings"]

# What resolves a finding that the doctor cannot fix itself: a window or a page.
_RESOLVED_BY: Mapping[str, FindingAction] = {
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
# These buttons need no advice beside them, except for some findings.
_SELF_EXPLANATORY: tuple[FindingAction, ...] = ("fix", "renew")
_ADVISED = ("keychain-locked", "login-refused", "refused-often", "user-differs")


def action(finding: Mapping[str, Any]) -> FindingAction | None:
    """What one click can do about it; None if only the user can do something."""
    return "fix" if finding["fix"] else _RESOLVED_BY.get(finding["id"])


def window(action: FindingAction) -> tuple[str, ...]:
    """The window to open for it, as arguments; empty for a fix, which needs none."""
    return _WINDOWS.get(action, ())


def title(finding: Mapping[str, Any]) -> str:
    return f"{describe.SEVERITIES[finding['severity']]}: {finding['title']}"


def lines(finding: Mapping[str, Any]) -> list[str]:
    """What it means, what to do unless the button says it, and its consequences."""
    is_obvious = action(finding) in _SELF_EXPLANATORY and finding["id"] not in _ADVISED
    do = [] if is_obvious else [finding["next_step"]]
    consequences = [
        f"{describe.FOLLOWS}: {consequence['title']}. {consequence['detail']}"
        for consequence in finding["consequences"]
    ]
    return [finding["detail"], *do, *consequences]
