"""The names that lead to hosts of the centre."""

from alpkey.core.errors import InvalidInput
from alpkey.core.ports import Resolver
from alpkey.core.site import Site


def check_name(name: str, site: Site, resolver: Resolver) -> None:
    """A host of the site, or an alias of the person's that ssh resolves to one.

    Raises InvalidInput (``unknown-host``) for any other.
    """
    if site.host(name):
        return
    names = {host.host_name for host in site.hosts}
    plain = not name.startswith("-") and name.isprintable() and " " not in name
    if not plain or resolver.resolved(name).get("hostname") not in names:
        known = ", ".join(host.name for host in site.hosts)
        raise InvalidInput("unknown-host", name=name, known=known)
