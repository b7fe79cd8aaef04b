"""Checks of the way to a host: ssh, its configuration, network, services, and a real login."""

import re
from collections.abc import Iterator
from datetime import datetime

from alpkey.core import ssh_words, words
from alpkey.core.check import Check, Facts, when
from alpkey.core.moments import rfc3339
from alpkey.core.site import Host
from alpkey.core.ssh_words import Said
from alpkey.core.symptoms import LoginSeen, PathSeen, Resolved, Symptoms

# The first with ProxyJump and Include (OpenSSH's release notes, 7.3).
OLDEST_SSH = (7, 3)

_OFFLINE = ("name-unknown", "no-way", "too-slow")
_SERVICE_AWAY = ("no-network", "too-slow")
_SERVICE_ODD = ("service-trouble", "answer-lost", "redirected")

KEY_IS_BAD = (
    "no-key",
    "half-pair",
    "key-broken",
    "key-expired",
    "key-not-yet-valid",
    "user-differs",
    "key-open",
    "authority-changed",
)


def _old_ssh(seen: Symptoms, _: datetime) -> Facts | None:
    numbers = re.match(r"(\d+)\.(\d+)", seen.ssh_version or "")
    old = numbers and (int(numbers[1]), int(numbers[2])) < OLDEST_SSH
    return when(old, version=seen.ssh_version)


def _config(seen: Symptoms) -> PathSeen | None:
    return seen.files.config if seen.files else None


def _config_open(seen: Symptoms, _: datetime) -> Facts | None:
    """What ssh asks of a configuration (readconf.c): ours or root's, and nobody else writes it."""
    config = _config(seen)
    if config is None or not config.mode & 0o022:
        return None
    return {"path": str(config.path), "mode": f"{config.mode:04o}"}


def _config_refused(seen: Symptoms, _: datetime) -> Facts | None:
    refusals = [one.refused for one in (seen.own or {}).values() if one.refused]
    return when(refusals, said=refusals[0] if refusals else None)


def _without_effect(seen: Symptoms, _: datetime) -> Facts | None:
    if seen.line != "first" or seen.own is None:
        return None
    for host in seen.site.hosts:
        where = seen.own[host.name].values.get("hostname") if host.name in seen.own else None
        if where and where.lower() != host.host_name.lower():
            return {"host": host.name, "where": where}
    return None


def _led_astray(seen: Symptoms, _: datetime) -> Facts | None:
    wrong = [
        line
        for host in seen.site.hosts
        if seen.own and host.name in seen.own
        for line in _differences(host, seen.own[host.name], seen.look.account)
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


def _service_code(seen: Symptoms) -> str | None:
    return seen.service.code if seen.service else None


def _offline(seen: Symptoms, _: datetime) -> Facts | None:
    answer = seen.reach.answer if seen.reach else None
    return when(answer in _OFFLINE and _service_code(seen) in _SERVICE_AWAY)


def _unreachable(seen: Symptoms, _: datetime) -> Facts | None:
    reasons = {
        "name-unknown": "Its name is not known here.",
        "refused": "The connection is refused.",
        "no-way": "There is no way to it from this network.",
        "too-slow": "It does not answer in time.",
        "not-ssh": "Something else answers in its place, such as a portal of the network.",
    }
    host = seen.site.host(seen.site.jump_host)
    if host is None or seen.reach is None or seen.reach.answer not in reasons:
        return None
    why, status = reasons[seen.reach.answer], seen.site.page("status")
    return {"host": host.host_name, "port": host.port, "why": why, "status": status}


def _stalls(seen: Symptoms, _: datetime) -> Facts | None:
    host = seen.site.host(seen.site.jump_host)
    return when(host and seen.reach and seen.reach.stalls, host=host.host_name) if host else None


def _lost_hook(seen: Symptoms, _: datetime) -> Facts | None:
    places = [one.lost_hook for one in (seen.own or {}).values() if one.lost_hook]
    return when(places, where=places[0] if places else None)


def _service(seen: Symptoms, codes: tuple[str, ...]) -> Facts | None:
    service = seen.service
    if service is None or service.code not in codes:
        return None
    return {
        "host": service.host,
        "why": service.why,
        "status": seen.site.page("status"),
        "how": words.AFTER_RETIREMENT[seen.site.has_gateway].format(page=seen.site.dashboard),
    }


def _proxy(seen: Symptoms, _: datetime) -> Facts | None:
    proxy = seen.service.proxy if seen.service else None
    return when(proxy and _service_code(seen) in _SERVICE_AWAY, proxy=proxy)


def _refused_often(seen: Symptoms, _: datetime) -> Facts | None:
    known, dashboard = seen.known, seen.site.dashboard
    return when(known.lock_out_is_near, times=known.refusals_in_a_row, dashboard=dashboard)


def _locked(seen: Symptoms, _: datetime) -> Facts | None:
    since, site = seen.known.locked_at, seen.site
    pages = {"dashboard": site.dashboard, "support": site.page("support")}
    return {"since": rfc3339(since), **pages} if since else None


def _no_browser(seen: Symptoms, _: datetime) -> Facts | None:
    """Only where the browser is the way to the next key."""
    wanted = seen.site.signs_in_elsewhere(seen.known.retired)
    return when(wanted and seen.desk and not seen.desk.browser)


def _two_alpkeys(seen: Symptoms, _: datetime) -> Facts | None:
    paths = [str(one) for one in seen.installed or ()]
    return when(len(paths) > 1, paths=", ".join(paths))


def _keychain_away(seen: Symptoms, _: datetime) -> Facts | None:
    keychain = seen.keychain
    if keychain is None or keychain.code in (None, "keychain-locked"):
        return None
    return {"why": keychain.why}


def _quota(seen: Symptoms, _: datetime) -> Facts | None:
    quota = seen.look.quota
    if quota.remaining != 0:
        return None
    opens = quota.next_slot_at
    if opens is None:
        return {"when": "when one of them has run out", "since": None}
    return {"when": "", "since": rfc3339(opens)}


def _failed(seen: Symptoms) -> LoginSeen | None:
    """The failed login that tells most: the last one tried is the nearest to this computer."""
    failed = [one for one in seen.logins.values() if not one.worked]
    return failed[-1] if failed else None


def _login(seen: Symptoms, *kinds: Said) -> Facts | None:
    failed = _failed(seen)
    if failed is None or ssh_words.kind(failed) not in kinds:
        return None
    jump = seen.logins.get(seen.site.jump_host)
    return {
        "host": failed.host,
        "said": ssh_words.last_line(failed.said),
        "offending": ssh_words.offending(failed.said),
        "behind": f"{jump.host} lets you in. " if jump and jump.worked else "",
        "mfa": seen.site.page("mfa"),
        "status": seen.site.page("status"),
        "support": seen.site.page("support"),
    }


def _silent_failed(seen: Symptoms, _: datetime) -> Facts | None:
    failed = seen.known.silent_failed
    return {"code": failed[-1].code, "ended": rfc3339(failed[-1].at)} if failed else None


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
    Check(
        "offline",
        "error",
        "This computer seems to be offline",
        "Neither the centre's jump host nor its key service can be reached.",
        "Check the network connection.",
        _offline,
    ),
    Check(
        "jump-host-unreachable",
        "error",
        "The jump host cannot be reached",
        "{host}, port {port}: {why}",
        "Try another network: some close the way for ssh. If others cannot reach it either, "
        "wait: the centre may be under maintenance (see {status}).",
        _unreachable,
        after=("offline",),
    ),
    Check(
        "ipv6-swallowed",
        "error",
        "IPv6 does not lead to the jump host",
        "{host} answers, but its IPv6 address does not, and ssh waits there first: a login takes "
        "minutes, or gives up.",
        "Have ssh use IPv4 alone with: alpkey doctor --fix ipv6-swallowed",
        _stalls,
        fix=True,
    ),
    Check(
        "proxy-dead",
        "warning",
        "The proxy does not lead to the key service",
        "The environment sends connections through {proxy}.",
        "Mend or unset HTTPS_PROXY, or name the service in NO_PROXY.",
        _proxy,
        after=("offline",),
    ),
    Check(
        "service-unreachable",
        "warning",
        "The key service cannot be reached",
        "{host}: {why}",
        "Check the network connection. The key you have works all the same.",
        lambda seen, _: _service(seen, _SERVICE_AWAY),
        after=("offline", "proxy-dead"),
    ),
    Check(
        "tls-untrusted",
        "warning",
        "The key service does not prove who it is",
        "{host}: {why} A portal or a proxy may open connections. Alpkey sends no password there.",
        "Try another network, or ask whoever runs this one.",
        lambda seen, _: _service(seen, ("tls-untrusted",)),
        after=("clock-off",),
    ),
    Check(
        "service-retired",
        "warning",
        "The key service is retired",
        "{host} gives no keys any more.",
        "{how}",
        lambda seen, _: _service(seen, ("service-retired",)),
    ),
    Check(
        "service-trouble",
        "warning",
        "The key service has trouble",
        "{host}: {why}",
        "Try again in a few minutes; {status} may tell of a maintenance. The key you have works "
        "all the same.",
        lambda seen, _: _service(seen, _SERVICE_ODD),
    ),
    Check(
        "account-locked",
        "warning",
        "The centre has closed your account",
        "Its service said so {since}. No key is given to it, and hosts may refuse it too.",
        "Sign in at {dashboard} to see why, or ask the support of the centre: {support}",
        _locked,
    ),
    Check(
        "refused-often",
        "warning",
        "The last sign-ins were refused",
        "There were {times} in a row. The centre may lock an account after more.",
        "Check your password at {dashboard} before the next try.",
        _refused_often,
        after=("account-locked",),
    ),
    Check(
        "quota-used-up",
        "warning",
        "No key of the day is left",
        "The next one opens {when}{since}.",
        "Keep the key you have, or revoke one that you no longer need.",
        _quota,
    ),
    Check(
        "host-changed",
        "error",
        "A host shows another key than before",
        "{host} does not have the key that {offending} remembers. Either the centre has "
        "changed it, or somebody stands in between.",
        "Ask the support of the centre ({support}) whether it was changed. Only then remove the "
        "old one: it is the line named above.",
        lambda seen, _: _login(seen, "host-changed"),
    ),
    Check(
        "host-unknown",
        "warning",
        "A host has never been met on this computer",
        "{host} is reached, but nobody has said yet that its key is the right one.",
        "See its key, and accept it if it is right: alpkey hosts accept {host}",
        lambda seen, _: _login(seen, "host-unknown"),
    ),
    Check(
        "login-refused",
        "error",
        "The host refuses the key",
        "{behind}{host} says no, though key, certificate, dates and agent look right from here. "
        "The certificate may be revoked, your account may have no project there, or multi-factor "
        "authentication may not be set up.",
        "Get a fresh key with: alpkey renew. If that does not help, see {mfa} and {support}",
        # Ours is offered first, so it is refused even where ssh gives up after many others.
        lambda seen, _: _login(seen, "refused", "too-many"),
        after=(*KEY_IS_BAD, "account-locked"),
    ),
    Check(
        "agent-will-not-sign",
        "error",
        "The ssh agent does not sign",
        "{said}",
        "Unlock it or confirm its question; or restart it and load the key: alpkey agent load",
        lambda seen, _: _login(seen, "agent-refuses"),
        after=("agent-hangs", "agent-refuses"),
    ),
    Check(
        "behind-jump",
        "error",
        "The cluster cannot be reached from the jump host",
        "{behind}{host} does not answer behind it: {said}",
        "Wait: the cluster may be under maintenance (see {status}). Or try another one.",
        lambda seen, _: _login(seen, "behind-jump"),
    ),
    Check(
        "login-failed",
        "error",
        "A login does not work",
        "{host}: {said}",
        "Show this to the support of the centre: {support}",
        lambda seen, _: _login(seen, "other", "unreachable", "too-slow"),
        after=("jump-host-unreachable", "config-refused"),
    ),
    Check(
        "keychain-away",
        "warning",
        "The keychain that holds your password cannot be asked",
        "{why}",
        "Start or mend it; or type the password at the next renewal.",
        _keychain_away,
    ),
    Check(
        "keychain-locked",
        "note",
        "The keychain that holds your password is locked",
        "It asks for its own password at the next renewal.",
        "Unlock it on your desktop, or type the password at the next renewal.",
        lambda seen, _: when(seen.keychain and seen.keychain.code == "keychain-locked"),
    ),
    Check(
        "kept-refused",
        "warning",
        "The kept password was refused",
        "It is not sent again.",
        "Type the password at the next renewal; the new one can be kept again.",
        lambda seen, _: when(seen.known.kept != "nothing" and seen.known.kept_refused),
        after=("account-locked", "refused-often"),
    ),
    Check(
        "silent-failed",
        "note",
        "The key was not renewed by itself",
        "The last try that nobody asked for ended without a key ({code}, {ended}).",
        "Renew it yourself: alpkey renew --browser",
        _silent_failed,
    ),
    Check(
        "no-tray-host",
        "note",
        "This desktop shows no tray icons",
        "Nobody on the session bus shows them. The main window has the same content.",
        "On GNOME install the extension AppIndicator; else use: alpkey window main",
        lambda seen, _: when(seen.desk and seen.desk.tray_host is False),
    ),
    Check(
        "no-terminal",
        "note",
        "No terminal program was found",
        "'Connect' cannot open a window.",
        "Name yours in the setting 'terminal', or use: alpkey connect NAME --here",
        lambda seen, _: when(seen.desk and seen.desk.terminal is False),
    ),
    Check(
        "no-browser",
        "note",
        "No browser can be opened here",
        "The centre wants you to sign in with one, and this session has none: no display, or no "
        "program that opens web pages.",
        "Sign in on another device: alpkey renew --device. Or install a browser and xdg-utils.",
        _no_browser,
    ),
    Check(
        "two-alpkeys",
        "note",
        "More than one Alpkey is installed",
        "{paths}: they may be of different versions, and the first one is what a shell starts.",
        "Keep one and remove the others the way they came.",
        _two_alpkeys,
    ),
)
