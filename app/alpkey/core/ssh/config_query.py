"""What ``ssh -G`` answers, and what can be read from two answers laid side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.site import Host, Site

Resolution = Mapping[str, tuple[str, ...]]
"""Keyword in lower case to its values, in ssh's order; most keywords have one."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A value of theirs that ssh no longer uses for ``host``, and what it uses instead."""

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


def losses(host: str, theirs_first: Resolution, ours_first: Resolution) -> list[Loss]:
    """The values that theirs gives and that lose once ours stands above it.

    Both answers come from the same lines in different order.  So a value that only the first has
    was written by the person: where they wrote none, ours shows in both.
    """
    return [
        Loss(host, keyword, value, _instead(keyword, ours_first))
        for keyword, values in theirs_first.items()
        for value in values
        if value not in ours_first.get(keyword, ())
    ]


def together(found: Iterable[Loss]) -> list[Loss]:
    """The same loss of several hosts as one, their names joined: for people, who read fewer."""
    hosts: dict[tuple[str, str, str | None], list[str]] = {}
    for loss in found:
        hosts.setdefault((loss.keyword, loss.theirs, loss.ours), []).append(loss.host)
    return [Loss(", ".join(names), *what) for what, names in hosts.items()]


def _instead(keyword: str, ours_first: Resolution) -> str | None:
    """ProxyCommand and ProxyJump are two words for one thing: the first wins (ssh_config(5))."""
    if keyword in ours_first:
        return ", ".join(ours_first[keyword])
    if keyword == "proxycommand" and (jump := ours_first.get("proxyjump")):
        return f"ProxyJump {jump[0]}"
    return None


def differing(real: Resolution, like: Iterable[Resolution], keywords: Iterable[str]) -> str | None:
    """The first of ``keywords`` whose values are those of none of ``like``; None where all fit."""
    allowed = list(like)
    for keyword in keywords:
        if all(real.get(keyword) != one.get(keyword) for one in allowed):
            return keyword
    return None


def host_of(site: Site, found: Resolution) -> Host | None:
    """The host of the site that this answer leads to."""
    where = (found.get("hostname", ("",))[0].lower(), found.get("port", ("",))[0])
    return next((h for h in site.hosts if (h.host_name.lower(), str(h.port)) == where), None)


def leads_there(site: Site, answers: Mapping[str, Resolution], key: Path) -> bool:
    """Whether the person's own lines bring every cluster that we show within reach.

    That is: to its address, through another host, with the key in the ssh folder.
    """
    return bool(site.clusters) and all(
        host_of(site, answers[host.name]) == host
        and (host.jump is None or {"proxyjump", "proxycommand"} & answers[host.name].keys())
        and {str(key), f"~/.ssh/{key.name}"} & set(answers[host.name].get("identityfile", ()))
        for host in site.clusters
    )
