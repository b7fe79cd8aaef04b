"""Checks of ssh itself, and of what the person's configuration makes of the centre's names."""

from collections.abc import Iterator
from datetime import datetime

from alpkey.core.doctor.check import Check, Facts, when
from alpkey.core.doctor.observations import Observations, PathObservation, Resolved
from alpkey.core.site import Host
from alpkey.core.ssh import error_messages

# The first with ProxyJump and Include (OpenSSH's release notes, 7.3).
OLDEST_SSH = (7, 3)


def _old_ssh(seen: Observations, _: datetime) -> Facts | None:
    numbers = error_messages.release(seen.ssh_version or "")
    return when(numbers and numbers < OLDEST_SSH, version=seen.ssh_version)


def _config(seen: Observations) -> PathObservation | None:
    return seen.files.config if seen.files else None


def _config_open(seen: Observations, _: datetime) -> Facts | None:
    """What ssh asks of a configuration (readconf.c): ours or root's, and nobody else writes it."""
    config = _config(seen)
    if config is None or not config.mode & 0o022:
        return None
    return {"path": str(config.path), "mode": f"{config.mode:04o}"}


def _config_refused(seen: Observations, _: datetime) -> Facts | None:
    refusals = [one.refused for one in (seen.own or {}).values() if one.refused]
    return when(refusals, said=refusals[0] if refusals else None)


def _without_effect(seen: Observations, _: datetime) -> Facts | None:
    if seen.line != "first" or seen.own is None:
        return None
    for host in seen.site.hosts:
        where = seen.own[host.name].values.get("hostname") if host.name in seen.own else None
        if where and where.lower() != host.host_name.lower():
            return {"host": host.name, "where": where}
    return None


def _lost_hook(seen: Observations, _: datetime) -> Facts | None:
    places = [one.lost_hook for one in (seen.own or {}).values() if one.lost_hook]
    return when(places, where=places[0] if places else None)


def _led_astray(seen: Observations, _: datetime) -> Facts | None:
    wrong = [
        line
        for host in seen.site.hosts
        if seen.own and host.name in seen.own
        for line in _differences(host, seen.own[host.name], seen.snapshot.account)
    ]
    return when(wrong, lines="; ".join(wrong))


def _differences(host: Host, own: Resolved, user: str | None) -> Iterator[str]:
    """What the person's own blocks make of the host, where they mean it to be the centre's.

    A name that they say nothing about stands for itself, and is no difference.
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
        "Mend that line in ~/.ssh/config.",
        _config_refused,
        after=("config-open",),
    ),
    Check(
        "config-open",
        "error",
        "Others may write your ssh configuration",
        "{path} has mode {mode}: a plain ssh refuses to read it.",
        "Close it with: alpkey doctor --fix config-open",
        _config_open,
        fix=True,
    ),
    Check(
        "line-gone",
        "warning",
        "Your ssh configuration no longer reads ours",
        "Alpkey's line was at its top and is gone: a plain ssh does not know the centre's hosts.",
        "Put it back with: alpkey config apply; or forget it with: alpkey config undo",
        lambda seen, _: when(seen.line == "gone"),
    ),
    Check(
        "line-not-first",
        "warning",
        "Alpkey's line is not the first of your ssh configuration",
        "What stands above it wins, or makes it part of a block.",
        "Put it at the top with: alpkey config apply",
        lambda seen, _: when(seen.line == "not-first"),
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
        "The line that asks for a key when one is needed leads to nothing",
        "{where} has ssh run a script of Alpkey's that is gone: with a dead key a login is "
        "refused, and nobody asks.",
        "Put it back with: alpkey config apply --on-demand; or remove that line.",
        _lost_hook,
    ),
    Check(
        "host-astray",
        "warning",
        "Your ssh configuration leads the centre's names elsewhere",
        "{lines}. Alpkey's own logins are not led astray; a plain ssh is.",
        "Put Alpkey's line above them, which wins: alpkey config apply. Or mend those lines in "
        "~/.ssh/config.",
        _led_astray,
        after=("user-differs", "line-gone", "line-not-first", "line-without-effect"),
    ),
)
