"""The output of ``ssh -G``, and comparisons of two such outputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.site import Host, Site

Resolution = Mapping[str, tuple[str, ...]]
"""Each keyword in lower case with its values, in ssh's order; most keywords have one."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A value of the user's that ssh no longer uses for ``host``, and what it uses instead."""

    host: str
    keyword: str
    theirs: str
    ours: str | None


def parse(output: str) -> Resolution:
    """The answer of ``ssh -G`` (ssh(1)): a keyword and a value on each line."""
    found: dict[str, tuple[str, ...]] = {}
    for row in output.splitlines():
        keyword, _, value = row.partition(" ")
        keyword = keyword.lower()
        found[keyword] = (*found.get(keyword, ()), value)
    return found


def first_values(output: str) -> dict[str, str]:
    """The same, where only the first value of each keyword counts."""
    return {keyword: values[0] for keyword, values in parse(output).items()}


def losses(host: str, users_first: Resolution, own_first: Resolution) -> list[Loss]:
    """The values of the user's lines that lose once Alpkey's lines are above them.

    Both answers come from the same lines in different order.  So a value that only the first has
    comes from the user: where the user set none, both contain Alpkey's.
    """
    return [
        Loss(host, keyword, value, _instead(keyword, own_first))
        for keyword, values in users_first.items()
        for value in values
        if value not in own_first.get(keyword, ())
    ]


def together(found: Iterable[Loss]) -> list[Loss]:
    """The same loss of several hosts as one with joined names, for display."""
    hosts: dict[tuple[str, str, str | None], list[str]] = {}
    for loss in found:
        hosts.setdefault((loss.keyword, loss.theirs, loss.ours), []).append(loss.host)
    return [Loss(", ".join(names), *what) for what, names in hosts.items()]


def _instead(keyword: str, own_first: Resolution) -> str | None:
    """ProxyCommand and ProxyJump name the same thing: the first wins (ssh_config(5))."""
    if keyword in own_first:
        return ", ".join(own_first[keyword])
    if keyword == "proxycommand" and (jump := own_first.get("proxyjump")):
        return f"ProxyJump {jump[0]}"
    return None


def differing(real: Resolution, like: Iterable[Resolution], keywords: Iterable[str]) -> str | None:
    """The first of ``keywords`` whose values match none of ``like``; None where all match."""
    allowed = list(like)
    for keyword in keywords:
        if all(real.get(keyword) != resolution.get(keyword) for resolution in allowed):
            return keyword
    return None


def host_of(site: Site, found: Resolution) -> Host | None:
    """The host of the site that this answer leads to."""
    where = (found.get("hostname", ("",))[0].lower(), found.get("port", ("",))[0])
    return next((h for h in site.hosts if (h.host_name.lower(), str(h.port)) == where), None)


def same_host(site: Site, name: str, answers: Mapping[str, Resolution]) -> Host | None:
    """The host that ``name`` leads to exactly as the host's own name does, if any.

    That is: to its address and port, as the same user, through the same jump host, with the same
    key and certificate.  ``answers`` holds those for ``name``, for the host's own name and, where
    ``name`` jumps through a name that is not the site's, for that one.
    """
    found = answers.get(name, {})
    host = host_of(site, found)
    own = answers.get(host.name, {}) if host else {}
    fits = (
        own
        and found.get("user") == own.get("user")
        and _jumps_alike(site, found, own, answers)
        and _same_file(found.get("identityfile", ()), own.get("identityfile", ()))
        # ssh finds NAME-cert.pub beside the key by itself (ssh_config(5), CertificateFile).
        and (
            "certificatefile" not in found
            or _same_file(found["certificatefile"], own.get("certificatefile", ()))
        )
    )
    return host if fits else None


def jump_of(found: Resolution) -> str | None:
    """The first host on the way, as it is written; None where there is none."""
    jump = found.get("proxyjump", ("none",))[0].partition(",")[0]
    return None if jump.lower() == "none" else jump


def _jumps_alike(
    site: Site, found: Resolution, own: Resolution, answers: Mapping[str, Resolution]
) -> bool:
    wanted, jump, command = jump_of(own), jump_of(found), found.get("proxycommand", ("none",))[0]
    host = site.host_named(wanted or "")
    if wanted is None or host is None:
        return jump == wanted and command == "none"
    if jump is None:  # as ssh was used before it knew jumps: ssh -W %h:%p ela
        return any(host is site.host_named(word) for word in command.split())
    user, _, place = jump.rpartition("@")
    name, _, port = place.partition(":")
    named = site.host_named(name) or host_of(site, answers.get(name, {}))
    return named is host and (user,) in (("",), own.get("user")) and port in {"", str(host.port)}


def _same_file(found: Iterable[str], own: Iterable[str]) -> bool:
    """Whether one of ours is among these; ``ssh -G`` leaves ``~`` as it was written."""
    return any(
        path == mine or (path.startswith("~/") and mine.endswith(path[1:]))
        for path in found
        for mine in own
    )


def leads_there(site: Site, answers: Mapping[str, Resolution], key: Path) -> bool:
    """Whether the user's own lines lead to the shown clusters that they give an address to.

    That is: at least one, and each at its own address, through another host, with the key in the
    ssh folder.  A cluster that the lines do not speak of is none that its user goes to.
    """
    named = [host for host in site.clusters if answers[host.name].get("hostname") != (host.name,)]
    return bool(named) and all(
        host_of(site, answers[host.name]) == host
        and (host.jump is None or {"proxyjump", "proxycommand"} & answers[host.name].keys())
        and {str(key), f"~/.ssh/{key.name}"} & set(answers[host.name].get("identityfile", ()))
        for host in named
    )
