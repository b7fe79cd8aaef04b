"""Checks of ssh itself, and of what the user's configuration makes of the centre's names."""

from collections.abc import Iterator
from datetime import datetime

from alpkey.core.doctor import buttons
from alpkey.core.doctor.check import Check, Params, when
from alpkey.core.doctor.checks_files import OTHERS_MAY_WRITE, open_to_others
from alpkey.core.doctor.fixes import SetFileMode
from alpkey.core.doctor.observations import Observations, Resolved
from alpkey.core.site import Host
from alpkey.core.ssh import error_messages, obstacles

# The first version with ProxyJump and Include (OpenSSH release notes, 7.3).
OLDEST_SSH = (7, 3)


def _old_ssh(seen: Observations, _: datetime) -> Params | None:
    numbers = error_messages.release(seen.ssh_version or "")
    return when(numbers and numbers < OLDEST_SSH, version=seen.ssh_version)


def _config_writable_by_others(seen: Observations, _: datetime) -> Params | None:
    """ssh rejects a configuration that others can write (OpenSSH, readconf.c)."""
    return open_to_others(seen.file("config"), OTHERS_MAY_WRITE)


def _config_refused(seen: Observations, _: datetime) -> Params | None:
    refusals = [resolved.refused for resolved in (seen.own or {}).values() if resolved.refused]
    return when(refusals, said=refusals[0] if refusals else None)


def _without_effect(seen: Observations, _: datetime) -> Params | None:
    if seen.line != "first" or seen.own is None:
        return None
    for host in seen.site.hosts:
        where = seen.own[host.name].values.get("hostname") if host.name in seen.own else None
        if where and where.lower() != host.host_name.lower():
            return {"host": host.name, "where": where}
    return None


def _lost_hook(seen: Observations, _: datetime) -> Params | None:
    lines = [resolved.lost_hook for resolved in (seen.own or {}).values() if resolved.lost_hook]
    return when(lines, where=lines[0] if lines else None)


def _wrong_destination(seen: Observations, _: datetime) -> Params | None:
    differences = [
        difference
        for host in seen.site.hosts
        if seen.own and host.name in seen.own
        for difference in _differences(host, seen.own[host.name], seen.snapshot.account)
    ]
    return when(differences, lines="; ".join(differences))


def _differences(host: Host, own: Resolved, user: str | None) -> Iterator[str]:
    """Where the user's own blocks give the centre's host other values than it has.

    A name without such a block resolves to itself, which is no difference.
    """
    values = own.values
    if values.get("hostname", host.name) == host.name and "hostname" not in own.lines:
        return
    wanted = {"hostname": host.host_name, "port": str(host.port), "user": user}
    for keyword, right in wanted.items():
        value = values.get(keyword)
        if right and value and value.lower() != right.lower():
            yield f"{host.name}: {keyword} is {value}, not {right}{_where(own, keyword)}"
    if host.jump and "proxyjump" not in values and "proxycommand" not in values:
        yield f"{host.name}: ProxyJump {host.jump} is missing{_where(own, 'hostname')}"


def _in_the_way(seen: Observations, _: datetime) -> Params | None:
    """What our blocks leave to the user, and what then prevents a login."""
    certificate = seen.snapshot.certificate
    said = next((login.said for login in [*seen.logins.values()][::-1] if not login.worked), "")
    found = {
        f"{keyword} {own.values.get(keyword, '')}{_where(own, keyword)}": None
        for own in (seen.own or {}).values()
        for keyword in (
            *obstacles.static(own.values, certificate.type_name if certificate else None),
            *obstacles.behind(said, own.lines),
        )
    }
    reason = f' ssh says: "{error_messages.last_line(said)}"' if said else ""
    return when(found, lines="; ".join(found), reason=reason)


def _where(own: Resolved, keyword: str) -> str:
    return f" ({own.lines[keyword]})" if keyword in own.lines else ""


CHECKS = (
    Check(
        "ssh-missing",
        "error",
        "The program ssh was not found",
        "It is looked for on PATH.",
        "Install OpenSSH's client (on Debian and Ubuntu: apt install openssh-client).",
        lambda seen, _: when(seen.ssh_version == ""),
    ),
    Check(
        "ssh-old",
        "error",
        "The program ssh is too old",
        "It is version {version}; jumping through a host needs 7.3.",
        "Install a newer OpenSSH.",
        _old_ssh,
    ),
    Check(
        "config-refused",
        "error",
        "ssh does not take its configuration",
        "{said}",
        "Fix that line in ~/.ssh/config.",
        _config_refused,
        after=("config-open",),
    ),
    Check(
        "config-open",
        "error",
        "Others may write your ssh configuration",
        "{path} has mode {mode}: a plain ssh refuses to read it.",
        "Close it with: alpkey doctor --fix config-open",
        _config_writable_by_others,
        fix=SetFileMode("config", without=OTHERS_MAY_WRITE),
    ),
    Check(
        "line-gone",
        "warning",
        "Your ssh configuration no longer includes Alpkey's",
        "Alpkey's line was at its top and is gone: a plain ssh does not know the centre's hosts.",
        "Put it back with: alpkey config apply; or forget it with: alpkey config undo",
        lambda seen, _: when(seen.line == "gone"),
        button=buttons.SSH_CONFIG,
    ),
    Check(
        "line-not-first",
        "warning",
        "Alpkey's line is not the first of your ssh configuration",
        "What stands above it wins, or makes it part of a block.",
        "Put it at the top with: alpkey config apply",
        lambda seen, _: when(seen.line == "not-first"),
        button=buttons.SSH_CONFIG,
    ),
    Check(
        "line-without-effect",
        "warning",
        "Alpkey's line has no effect",
        "It stands at the top of your ssh configuration, but ssh finds {host} at {where}.",
        "See why with: alpkey config check",
        _without_effect,
        after=("config-refused",),
    ),
    Check(
        "on-demand-lost",
        "warning",
        "The on-demand line of your ssh configuration runs a missing script",
        "{where} has ssh run a script of Alpkey's that is gone: with an expired key a login is "
        "refused, and no new key is offered.",
        "Put it back with: alpkey config apply --on-demand; or remove that line.",
        _lost_hook,
    ),
    Check(
        "setting-in-the-way",
        "error",
        "A line of your ssh configuration prevents logins",
        "{lines}.{reason}",
        "Remove that line, or have it not apply to the centre's hosts.",
        _in_the_way,
    ),
    Check(
        "host-astray",
        "warning",
        "Your ssh configuration leads the centre's names elsewhere",
        "{lines}. Alpkey's own logins are not led astray; a plain ssh is.",
        "Put Alpkey's line above them, which wins: alpkey config apply. Or fix those lines in "
        "~/.ssh/config.",
        _wrong_destination,
        after=("user-differs", "line-gone", "line-not-first", "line-without-effect"),
        button=buttons.SSH_CONFIG,
    ),
)
