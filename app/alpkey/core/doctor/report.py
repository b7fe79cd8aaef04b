"""The doctor's report, as a text to pass on.

A public report is built only from what never holds personal data: titles, versions, counts; nothing
is removed from it afterwards.  One for the centre's support adds user, serial, times in UTC, the
service's answer, and the details.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from alpkey.core.doctor.check import Finding
from alpkey.core.doctor.diagnosis import finding_object
from alpkey.core.doctor.observations import Observations
from alpkey.core.timestamps import rfc3339

Report = Literal["public", "support"]


def report(kind: Report, seen: Observations, findings: Iterable[Finding], now: datetime) -> str:
    """The text, without a final newline."""
    support = kind == "support"
    lines = [
        f"Alpkey doctor, {'for ' + seen.site.name + ' support' if support else 'for the public'}",
        f"Taken {rfc3339(now)}",
        "",
        *_system(seen),
        *(_user(seen, now) if support else ()),
        "",
        *_findings(findings, support),
    ]
    return "\n".join(lines)


def _system(seen: Observations) -> Iterator[str]:
    yield f"System: {seen.program or 'unknown'}"
    yield f"ssh: {_or_unknown(seen.ssh_version)}"
    agent = seen.agent
    holds = f", {agent.stale} stale and {agent.foreign} foreign keys" if agent else ""
    yield f"Agent: {agent.answer if agent else 'not known'}{holds}"
    yield f"Jump host: {_or_unknown(seen.reach.answer if seen.reach else None)}"
    service = seen.service
    yield f"Key service: {(service.code or 'answers') if service else 'not known'}"
    for name, login in seen.logins.items():
        where = "the jump host" if name == seen.site.jump_host else "a cluster"
        yield f"Login to {where}: {'works' if login.worked else 'fails'}"


def _user(seen: Observations, now: datetime) -> Iterator[str]:
    snapshot, certificate = seen.snapshot, seen.snapshot.certificate
    yield f"User: {snapshot.account or 'not known'}"
    yield f"Key: {snapshot.state(now).value}"
    if certificate:
        yield f"Serial: {certificate.serial}"
        yield f"Key id: {certificate.key_id}"
        yield f"Principals: {', '.join(certificate.principals)}"
        yield f"Valid: {rfc3339(certificate.valid_after)} to {rfc3339(certificate.valid_before)}"
    if seen.service and seen.service.status:
        yield f"Status of the key service: {seen.service.status}"
    for name, login in seen.logins.items():
        if not login.worked:
            yield f"ssh {name} ended with {login.code} and said:"
            yield from (f"    {line}" for line in login.said.splitlines())


def _findings(findings: Iterable[Finding], support: bool) -> Iterator[str]:
    findings = tuple(findings)
    if not findings:
        yield "Nothing was found."
    for finding in findings:
        yield from _finding(finding, "", support)
        for below in finding.consequences:
            yield from _finding(below, "    ", support)


def _finding(finding: Finding, indent: str, support: bool) -> Iterator[str]:
    yield f"{indent}{finding.severity}: {finding.check.title} ({finding.check.id})"
    if support:
        yield f"{indent}    {finding_object(finding)['detail']}"


def _or_unknown(value: str | None) -> str:
    return "not known" if value is None else value or "none"
