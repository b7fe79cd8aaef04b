"""From observations to findings, each below the cause that explains it.

A new check is a row in one of the lists named here.  A fix of a new kind is a member of
:class:`alpkey.core.doctor.fixes.Fix`, carried out by :mod:`alpkey.actions.doctor`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from alpkey.core.doctor import (
    checks_agent,
    checks_desktop,
    checks_files,
    checks_network,
    checks_ssh,
)
from alpkey.core.doctor.check import Check, Finding, Params, Severity
from alpkey.core.doctor.observations import Observations
from alpkey.core.messages.describe import fill
from alpkey.core.results.doctor import DoctorResult, FindingObject

# Findings of the same severity are listed in this order.
CHECKS: tuple[Check, ...] = (
    *checks_files.CHECKS,
    *checks_ssh.CHECKS,
    *checks_network.CHECKS,
    *checks_desktop.CHECKS,
    *checks_agent.CHECKS,
)

_WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")


def diagnose(
    seen: Observations, now: datetime, checks: Iterable[Check] = CHECKS
) -> tuple[Finding, ...]:
    """The findings, worst first; one that another explains is among that one's consequences."""
    found: dict[str, tuple[Check, Params]] = {}
    for check in checks:
        if (params := check.found(seen, now)) is not None:
            found[check.id] = (check, params)
    below: dict[str, list[Finding]] = {name: [] for name in found}
    for name, (check, params) in found.items():
        if (root := _root(name, found)) != name:
            below[root].append(Finding(check, params, check.severity))
    whole = [
        Finding(check, params, _worst(check, below[name]), tuple(_sorted(below[name])))
        for name, (check, params) in found.items()
        if _root(name, found) == name
    ]
    return tuple(_sorted(whole))


def stops_a_login(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def lasting_errors(seen: Observations, now: datetime) -> tuple[str, ...]:
    """The ids of the checks that found what stops every login until it is fixed here.

    Not what the snapshot of the key shows anyway, and nothing about network, service and hosts,
    which change without notice, so that an old observation is no reason for a warning.
    """
    local = replace(seen, reach=None, service=None, keychain=None, logins={})
    return tuple(
        finding.check.id
        for finding in diagnose(local, now)
        if finding.severity == "error" and not finding.check.in_snapshot
    )


def find_check(name: str) -> Check | None:
    """The check with this id; None where this version has none."""
    return next((check for check in CHECKS if check.id == name), None)


def doctor_object(findings: Iterable[Finding], login: str | None = None) -> DoctorResult:
    """The result of ``alpkey doctor --json``."""
    findings = tuple(findings)
    return {
        "healthy": not stops_a_login(findings),
        "findings": [finding_object(finding) for finding in findings],
        "login": login,
    }


def finding_object(finding: Finding) -> FindingObject:
    """``fix`` is the argument for ``--fix``; None where the doctor cannot fix it."""
    check = finding.check
    return {
        "id": check.id,
        "severity": finding.severity,
        "title": check.title,
        "detail": fill(check.detail, finding.params),
        "next_step": fill(check.next_step, finding.params),
        "fix": check.id if check.fix else None,
        "consequences": [finding_object(below) for below in finding.consequences],
    }


def all_ids(findings: Iterable[Finding]) -> set[str]:
    """The ids of findings and of their consequences."""
    return {each.check.id for finding in findings for each in (finding, *finding.consequences)}


def _root(name: str, found: Mapping[str, tuple[Check, Params]]) -> str:
    """The id of the first cause.  A test ensures that no check is after itself."""
    while causes := [cause for cause in found[name][0].after if cause in found]:
        name = causes[0]
    return name


def _worst(check: Check, below: Iterable[Finding]) -> Severity:
    severities = {check.severity, *(finding.severity for finding in below)}
    return min(severities, key=_WORST_FIRST.index)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.severity))
