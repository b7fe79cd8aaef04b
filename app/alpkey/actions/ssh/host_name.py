"""Names of the centre's hosts."""

from alpkey.core.errors import InvalidInput
from alpkey.core.site import Site
from alpkey.core.ssh.config_query import Resolution, host_of, jump_of, same_host
from alpkey.core.ssh.ports import ResolveHost


def alias_for(name: str, site: Site, resolve: ResolveHost) -> str:
    """The name to give to ssh: of a host of the site, or a user's own that leads just the same.

    That is ``name`` itself, but for an account beside the first, whose hosts have names of their
    own.  Raises InvalidInput (``unknown-host``) for any other name.
    """
    if host := site.host_typed(name):
        return host.name if name in host.typed_as else name
    plain = not name.startswith("-") and name.isprintable() and " " not in name
    if not plain or same_host(site, name, _answers(name, site, resolve)) is None:
        known = ", ".join(host.name for host in site.hosts)
        raise InvalidInput("unknown-host", name=name, known=known)
    return name


def _answers(name: str, site: Site, resolve: ResolveHost) -> dict[str, Resolution]:
    """What ssh answers for ``name`` and for the names that it has to be held against."""
    answers: dict[str, Resolution] = {name: resolve(name)}
    if host := host_of(site, answers[name]):
        answers[host.name] = resolve(host.name)
        jump = jump_of(answers[name])
        if jump and "@" not in jump and ":" not in jump and site.host_named(jump) is None:
            answers[jump] = resolve(jump)
    return answers
