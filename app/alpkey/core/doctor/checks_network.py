"""Checks of the connection to a host: network, services, the account, and a real login."""

from datetime import datetime

from alpkey.core.doctor import buttons
from alpkey.core.doctor.check import Check, Params, when
from alpkey.core.doctor.fixes import Fix
from alpkey.core.doctor.observations import Observations
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.signin.methods import default_service
from alpkey.core.site import GATEWAY
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.error_messages import ErrorKind
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.timestamps import rfc3339

_OFFLINE = ("name-unknown", "no-way", "too-slow")
_PROXY_ODD = ("proxy-unsupported", "proxy-wants-sign-in")
_SERVICE_AWAY = ("no-network", "too-slow", *_PROXY_ODD)
_SERVICE_ODD = ("service-trouble", "answer-lost", "redirected", "network-sign-in")

_BAD_KEY = (
    "no-key",
    "half-pair",
    "key-broken",
    "key-expired",
    "key-not-yet-valid",
    "user-differs",
    "key-open",
    "authority-changed",
)


def _service_code(seen: Observations) -> str | None:
    return seen.service.code if seen.service else None


def _offline(seen: Observations, _: datetime) -> Params | None:
    answer = seen.reach.answer if seen.reach else None
    return when(answer in _OFFLINE and _service_code(seen) in _SERVICE_AWAY)


def _unreachable(seen: Observations, _: datetime) -> Params | None:
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


def _hangs_up(seen: Observations, _: datetime) -> Params | None:
    jump = seen.site.host(seen.site.jump_host)
    if jump and seen.reach and seen.reach.answer == "hung-up":
        return {"host": jump.host_name, "status": seen.site.page("status")}
    return _login(seen, "hung-up")


def _stalls(seen: Observations, _: datetime) -> Params | None:
    host = seen.site.host(seen.site.jump_host)
    return when(host and seen.reach and seen.reach.stalls, host=host.host_name) if host else None


def _service(seen: Observations, codes: tuple[str, ...]) -> Params | None:
    service = seen.service
    if service is None or service.code not in codes:
        return None
    return {
        "host": service.host,
        "why": service.why,
        "status": seen.site.page("status"),
        "how": doctor_messages.AFTER_RETIREMENT[seen.site.has_gateway].format(
            page=seen.site.dashboard
        ),
        "instead": _instead(seen),
    }


def _instead(seen: Observations) -> str:
    """Where the classic service has trouble, the gateway may well answer."""
    usual = default_service(seen.site, seen.known.retired, seen.known.method)
    is_classic = usual is not None and usual.kind != GATEWAY
    return doctor_messages.OTHER_SERVICE if is_classic and seen.site.has_gateway else ""


def _proxy(seen: Observations, _: datetime) -> Params | None:
    proxy = seen.service.proxy if seen.service else None
    why = seen.service.why if seen.service and _service_code(seen) in _PROXY_ODD else ""
    return when(proxy and _service_code(seen) in _SERVICE_AWAY, proxy=proxy, why=f" {why}".rstrip())


def _refused_often(seen: Observations, _: datetime) -> Params | None:
    known, dashboard = seen.known, seen.site.dashboard
    return when(known.lock_out_is_near, times=known.refusals_in_a_row, dashboard=dashboard)


def _locked(seen: Observations, _: datetime) -> Params | None:
    since, site = seen.known.locked_at, seen.site
    pages = {"dashboard": site.dashboard, "support": site.page("support")}
    return {"since": rfc3339(since), **pages} if since else None


def _quota(seen: Observations, _: datetime) -> Params | None:
    quota = seen.snapshot.quota
    if quota.remaining != 0:
        return None
    opens = quota.next_slot_at
    if opens is None:
        return {"when": "when one of them expires", "since": None}
    return {"when": "", "since": rfc3339(opens)}


def _failed(seen: Observations) -> LoginObservation | None:
    """The failed login that says most: the last one tried is the nearest to this computer."""
    failed = [login for login in seen.logins.values() if not login.worked]
    return failed[-1] if failed else None


def _login(seen: Observations, *kinds: ErrorKind) -> Params | None:
    failed = _failed(seen)
    if failed is None or error_messages.kind(failed) not in kinds:
        return None
    jump = seen.logins.get(seen.site.jump_host)
    return {
        "host": failed.host,
        "said": error_messages.last_line(failed.said),
        "offending": error_messages.offending(failed.said),
        "behind": f"{jump.host} lets you in. " if jump and jump.worked else "",
        "mfa": seen.site.page("mfa"),
        "status": seen.site.page("status"),
        "support": seen.site.page("support"),
    }


CHECKS = (
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
        fix=Fix.USE_IPV4_ONLY,
    ),
    Check(
        "proxy-dead",
        "warning",
        "The proxy does not lead to the key service",
        "The environment sends connections through {proxy}.{why}",
        "Correct or unset HTTPS_PROXY, or name the service in NO_PROXY.",
        _proxy,
        after=("offline",),
    ),
    Check(
        "service-unreachable",
        "warning",
        "The key service cannot be reached",
        "{host}: {why}",
        "Check the network connection. The key you have still works.{instead}",
        lambda seen, _: _service(seen, _SERVICE_AWAY),
        after=("offline", "proxy-dead"),
    ),
    Check(
        "tls-untrusted",
        "warning",
        "The key service does not prove who it is",
        "{host}: {why} A portal or a proxy may open connections. Alpkey sends no password there.",
        "Try another network, or ask the administrator of this one.{instead}",
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
        button=buttons.RENEW,
    ),
    Check(
        "service-trouble",
        "warning",
        "The key service has trouble",
        "{host}: {why}",
        "Try again in a few minutes; {status} may announce maintenance. The key you have still "
        "works.{instead}",
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
        button=buttons.RENEW,
        keep_advice=True,
    ),
    Check(
        "quota-used-up",
        "warning",
        "No key of the day is left",
        "The next one opens {when}{since}.",
        "Keep the key you have, or revoke one that you no longer need.",
        _quota,
        button=buttons.KEYS,
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
        "{host} is reached, but its key has not been verified yet.",
        "See its key, and accept it if it is right: alpkey hosts accept {host}",
        lambda seen, _: _login(seen, "host-unknown"),
        button=buttons.HOST_KEYS,
    ),
    Check(
        "login-refused",
        "error",
        "The host refuses the key",
        "{behind}{host} says no, though key, certificate, dates and agent look right from here. "
        "The certificate may be revoked, your account may have no project there, or multi-factor "
        "authentication may not be set up.",
        "Get a fresh key with: alpkey renew. If that does not help, see {mfa} and {support}",
        # Alpkey's key is offered first, so it is refused even where ssh gives up after many others.
        lambda seen, _: _login(seen, "refused", "too-many"),
        after=(*_BAD_KEY, "setting-in-the-way", "account-locked"),
        button=buttons.RENEW,
        keep_advice=True,
    ),
    Check(
        "agent-will-not-sign",
        "error",
        "The ssh agent does not sign",
        "{said}",
        "Unlock it or confirm its question; or restart it and load the key: alpkey agent load",
        lambda seen, _: _login(seen, "agent-refuses"),
        after=("confirm-impossible", "agent-hangs", "agent-refuses"),
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
        "host-hangs-up",
        "error",
        "The host hangs up at once",
        "{host} takes the connection and ends it before a word. Too many people log in at this "
        "moment, or it keeps your network out for a while.",
        "Wait a minute, then try again. If it lasts, see {status}",
        _hangs_up,
    ),
    Check(
        "login-failed",
        "error",
        "A login does not work",
        "{host}: {said}",
        "Show this to the support of the centre: {support}",
        lambda seen, _: _login(seen, "other", "unreachable", "too-slow"),
        after=("jump-host-unreachable", "config-refused", "setting-in-the-way"),
    ),
)
