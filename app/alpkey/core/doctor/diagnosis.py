"""The doctor's judgement: from what was seen to findings, causes before their consequences.

A check is added to one of the lists named here, and nowhere else; one that can be mended gets its
fix in :mod:`alpkey.actions.doctor`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from alpkey.core.doctor import (
    checks_agent,
    checks_desktop,
    checks_files,
    checks_network,
    checks_ssh,
)
from alpkey.core.doctor.check import Check, Facts, Finding, Severity
from alpkey.core.doctor.observations import Observations
from alpkey.core.messages.describe import fill

# Among findings of one severity those stand first that are declared first.
CHECKS: tuple[Check, ...] = (
    *checks_files.CHECKS,
    *checks_ssh.CHECKS,
    *checks_network.CHECKS,
    *checks_desktop.CHECKS,
    *checks_agent.CHECKS,
)

# What every look at the key tells by itself, and sooner.
_TOLD_BY_A_LOOK = (
    "no-key",
    "half-pair",
    "key-unreadable",
    "certificate-unreadable",
    "key-broken",
    "key-expired",
    "key-not-yet-valid",
)

_WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")


def diagnose(
    seen: Observations, now: datetime, checks: Iterable[Check] = CHECKS
) -> tuple[Finding, ...]:
    """The findings, worst first; one that another explains lies among that one's consequences."""
    found: dict[str, tuple[Check, Facts]] = {}
    for check in checks:
        if (facts := check.found(seen, now)) is not None:
            found[check.id] = (check, facts)
    below: dict[str, list[Finding]] = {name: [] for name in found}
    for name, (check, facts) in found.items():
        if (root := _root(name, found)) != name:
            below[root].append(Finding(check, facts, check.severity))
    whole = [
        Finding(check, facts, _worst(check, below[name]), tuple(_sorted(below[name])))
        for name, (check, facts) in found.items()
        if _root(name, found) == name
    ]
    return tuple(_sorted(whole))


def stops_a_login(findings: Iterable[Finding]) -> bool:
    return any(one.severity == "error" for one in findings)


def lasting_errors(seen: Observations, now: datetime) -> tuple[str, ...]:
    """The checks that found what stops every login from here until it is mended here.

    Not what the key's own state tells, and nothing of network, service and hosts: those change
    while nobody looks, and what was true of them once is no warning.
    """
    here = replace(seen, reach=None, service=None, keychain=None, logins={})
    errors = (one.check.id for one in diagnose(here, now) if one.severity == "error")
    return tuple(name for name in errors if name not in _TOLD_BY_A_LOOK)


def title_of(name: str) -> str | None:
    """What the check of this id finds, in words; None where there is none of that name."""
    return next((check.title for check in CHECKS if check.id == name), None)


def doctor_object(findings: Iterable[Finding]) -> dict[str, Any]:
    """The object of the contract."""
    findings = tuple(findings)
    return {
        "healthy": not stops_a_login(findings),
        "findings": [finding_object(one) for one in findings],
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """``fix`` is what ``--fix`` takes, or None where only a person can mend it."""
    check = finding.check
    return {
        "id": check.id,
        "severity": finding.severity,
        "title": check.title,
        "detail": fill(check.detail, finding.facts),
        "next_step": fill(check.next_step, finding.facts),
        "fix": check.id if check.fix else None,
        "consequences": [finding_object(one) for one in finding.consequences],
    }


def all_ids(findings: Iterable[Finding]) -> set[str]:
    """The ids of findings and of their consequences."""
    return {one.check.id for finding in findings for one in (finding, *finding.consequences)}


def _root(name: str, found: Mapping[str, tuple[Check, Facts]]) -> str:
    """The first cause; no circle is declared (a test holds the lists to that)."""
    while causes := [one for one in found[name][0].after if one in found]:
        name = causes[0]
    return name


def _worst(check: Check, below: Iterable[Finding]) -> Severity:
    severities = {check.severity, *(one.severity for one in below)}
    return min(severities, key=_WORST_FIRST.index)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: _WORST_FIRST.index(one.severity))
