"""A centre as its site file describes it: services, hosts, names and numbers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from alpkey import HOME_PAGE
from alpkey.core.addresses import is_loopback_http, is_secure
from alpkey.core.updates.releases import release_feed

# The kind of service that gives out whole keys, for name, password and code.
SSHSERVICE = "sshservice"
# The kind that certifies keys made here, for a user who signed in at an identity provider.
GATEWAY = "gateway"


class InvalidSite(ValueError):
    """A site file lacks something or holds something of the wrong type; the text says what."""


class SignInMethod(Enum):
    """How a user signs in; the values are those of site files and of the journal."""

    PASSWORD = "password"  # noqa: S105  a method, no secret
    BROWSER = "browser"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Host:
    """A host to log in to: ``name`` is its alias in ssh, ``jump`` the alias to go through.

    ``names`` are the other names that users type for it.  ``typed_as`` are those that only
    Alpkey's commands take for it: the plain names, for an account beside the first.
    ``host_keys`` are the fingerprints (``SHA256:...``), keys and authorities that the centre
    itself publishes (:mod:`alpkey.core.ssh.host_authorities`).
    """

    name: str
    host_name: str
    port: int = 22
    jump: str | None = None
    shown: bool = False
    host_key_alias: str | None = None
    host_keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    typed_as: tuple[str, ...] = ()

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name that ssh takes for it, the alias first."""
        return tuple(dict.fromkeys((self.name, *self.names)))


class Service(NamedTuple):
    """A service that issues certificates; ``kind`` picks the adapter that speaks to it.

    ``client_type`` is what we call ourselves to a gateway; ``token_url`` is where a service account
    gets its access tokens, if there are such accounts, and ``api_key_variable`` is where in the
    environment its API key stands.  ``retired_since`` is the day from which the centre calls it
    retired: others come before it then.
    """

    name: str
    kind: str
    url: str
    client_type: str = "cli"
    token_url: str | None = None
    api_key_variable: str = "ALPKEY_API_KEY"
    retired_since: date | None = None


@dataclass(frozen=True, slots=True)
class OpenId:
    """The identity provider that a site's gateway trusts, and what we are to it.

    ``methods`` are those of signing in to be offered, in order.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    methods: tuple[SignInMethod, ...]
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class Site:
    """One centre.  ``short_name`` is what its keys are called by; ``links`` are pages for people,
    by name: portal, mfa, dashboard, support, status.  ``key_tools`` are other programs that write
    ``key_file``.

    ``keeps_totp_secret``: whether the centre allows one-time codes to be made on this computer.
    ``code_step_s`` is how long each of them is shown; 30 s by default (RFC 6238, 5.2).
    ``updates`` is where newer versions of this program are asked for: the project's own page where
    the site file says nothing, None where it says "" or there is no such page.
    """

    name: str
    short_name: str
    demo: bool
    ca_bundle: str | None
    key_file: str
    key_tools: tuple[str, ...]
    quota_per_day: int
    validity_hours: int
    user_pattern: str
    node_pattern: str
    jump_host: str
    services: tuple[Service, ...]
    hosts: tuple[Host, ...]
    links: Mapping[str, str]
    openid: OpenId | None
    keeps_totp_secret: bool
    code_step_s: int
    updates: str | None

    @property
    def clusters(self) -> tuple[Host, ...]:
        """The hosts behind the jump host that menus and windows offer."""
        return tuple(host for host in self.hosts if host.shown)

    @property
    def dashboard(self) -> str:
        """The page where users manage their keys by hand."""
        return self.page("dashboard")

    def page(self, name: str) -> str:
        """The address of a page for people; words where the site file names none."""
        return self.links.get(name, "the centre's web page")

    @property
    def has_gateway(self) -> bool:
        """Whether there is one, and an identity provider to sign in at for it."""
        return self.openid is not None and any(service.kind == GATEWAY for service in self.services)

    def host(self, name: str) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)

    def host_named(self, name: str) -> Host | None:
        """The host that has this name, letter for letter as ssh compares ``Host`` lines."""
        return next((host for host in self.hosts if name in host.all_names), None)

    def host_typed(self, name: str) -> Host | None:
        """The host that ``name`` means where a user types it for a command of Alpkey."""
        found = self.host_named(name)
        return found or next((host for host in self.hosts if name in host.typed_as), None)

    def names_a_node(self, text: str) -> bool:
        """Whether ``text`` is like the name of a compute node, and that of no host."""
        return self.host_typed(text) is None and fnmatchcase(text, self.node_pattern)

    def names_a_user(self, text: str) -> bool:
        """Whether ``text`` is a user name of this centre."""
        return re.fullmatch(self.user_pattern, text) is not None


def with_services_in_use_first(site: Site, today: date) -> Site:
    """``site`` with its retired services last: they are offered, but lead no more."""

    def is_retired(service: Service) -> bool:
        return service.retired_since is not None and service.retired_since <= today

    return replace(site, services=tuple(sorted(site.services, key=is_retired)))


def with_clusters(site: Site, wanted: Iterable[tuple[str, bool | str]]) -> Site:
    """``site`` with clusters shown (true), hidden (false), or added by the name of their host.

    One that the site does not know, or no longer, is neither shown nor hidden; the jump host
    stays what the site says.
    """
    hosts = {host.name: host for host in site.hosts}
    for name, what in wanted:
        known = hosts.get(name)
        if name == site.jump_host or (known is None and isinstance(what, bool)):
            continue
        host = known or Host(name, str(what), jump=site.jump_host)
        shown = what if isinstance(what, bool) else True
        host_name = host.host_name if isinstance(what, bool) else what
        # Names of the centre's do not lead to a host that the settings put in its place.
        names = host.names if host_name == host.host_name else ()
        hosts[name] = replace(host, host_name=host_name, shown=shown, names=names)
    return replace(site, hosts=tuple(hosts.values()))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with the tables of ``over`` laid on top, table by table."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = merged(below, value)  # noqa: PLW2901  the value to put is what changes
        result[key] = value
    return result


# What is one centre's alone: nothing of it means anything at another one.
_OF_ONE_CENTRE = (
    "name",
    "short_name",
    "key_tools",
    "jump_host",
    "services",
    "openid",
    "hosts",
    "links",
)


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The site table ``base`` with ``over`` on top, table by table.

    Where ``over`` describes another centre, no service, host or page of ``base`` stays: else its
    users would be offered the clusters of ``base``, and asked to type their passwords there.
    """
    if _is_another_centre(base, over):
        base = {key: value for key, value in base.items() if key not in _OF_ONE_CENTRE}
    result = merged(base, over)
    _keep_moved_services(result, base, over)
    return result


def _keep_moved_services(
    result: Mapping[str, Any], base: Mapping[str, Any], over: Mapping[str, Any]
) -> None:
    """A service that ``over`` puts at another address is not the one that was retired."""
    known, named = base.get("services"), over.get("services")
    if not isinstance(known, Mapping) or not isinstance(named, Mapping):
        return
    for name, row in named.items():
        before = known.get(name)
        if not isinstance(row, Mapping) or not isinstance(before, Mapping):
            continue
        if row.get("url", before.get("url")) != before.get("url") and "retired_since" not in row:
            result["services"][name].pop("retired_since", None)


def _is_another_centre(base: Mapping[str, Any], over: Mapping[str, Any]) -> bool:
    """Whether ``over`` has a jump host of its own, or another name and only hosts of its own."""
    known, named = base.get("hosts", {}), over.get("hosts", {})
    if not isinstance(known, Mapping) or not isinstance(named, Mapping):
        return False  # read_site says what is wrong with that
    jump_host = over.get("jump_host")
    if isinstance(jump_host, str) and jump_host not in known:
        return True
    is_renamed = over.get("name") not in (None, base.get("name"))
    return is_renamed and bool(named) and named.keys().isdisjoint(known)


def read_site(table: Mapping[str, Any]) -> Site:
    """The site that a parsed site file describes.  Raises InvalidSite."""
    try:
        site = Site(
            name=table["name"],
            short_name=table.get("short_name", table["name"]),
            demo=table.get("demo", False),
            ca_bundle=_absolute("ca_bundle", table.get("ca_bundle")),
            key_file=table["key_file"],
            key_tools=tuple(table.get("key_tools", ())),
            quota_per_day=table["quota"]["per_day"],
            validity_hours=table["validity_hours"],
            user_pattern=table["user_pattern"],
            node_pattern=table["node_pattern"],
            jump_host=table["jump_host"],
            services=tuple(_service(name, row) for name, row in table["services"].items()),
            hosts=tuple(_host(name, row) for name, row in table["hosts"].items()),
            links=_links(table.get("links", {})),
            openid=_openid(table.get("openid")),
            keeps_totp_secret=table.get("keeps_totp_secret", False),
            code_step_s=table.get("code_step_s", 30),
            updates=_secure("updates", table.get("updates", release_feed(HOME_PAGE)) or None),
        )
    except KeyError as missing:
        raise InvalidSite(f"the site file has no {missing.args[0]}") from None
    except (TypeError, AttributeError) as error:
        raise InvalidSite(f"the site file does not fit: {error}") from None
    for key, name in (
        ("jump_host", site.jump_host),
        *((f"hosts.{host.name}.jump", host.jump) for host in site.hosts if host.jump),
    ):
        if site.host(name) is None:
            raise InvalidSite(f"{key} names no host: {name}")
    return site


def _absolute(key: str, path: Any) -> Any:
    """``path``, which is the same file wherever the program is started, or None or empty."""
    if not path or (isinstance(path, str) and path.startswith("/")):
        return path
    raise InvalidSite(f"{key} has to be an absolute path: {path}")


def _secure(key: str, address: Any) -> Any:
    """``address``, where nothing that is sent to it can be read on the way, or it is None.

    On loopback, too, another user may listen at the port, so https is what is asked for there.
    Raises InvalidSite, which names ``key``.
    """
    if address is None or is_secure(address):
        return address
    raise InvalidSite(f"{key} names an address without https: {address}")


def _service(name: str, row: Mapping[str, Any]) -> Service:
    since = row.get("retired_since") or None
    if since is not None and (not isinstance(since, date) or isinstance(since, datetime)):
        raise InvalidSite(f"services.{name}.retired_since is no day: {since}")
    service = Service(name, **{**row, "retired_since": since})
    for key in ("url", "token_url"):
        _secure(f"services.{name}.{key}", row.get(key))
    return service


def _links(table: Mapping[str, Any]) -> Mapping[str, str]:
    """People type their password on these pages; one on this computer needs no https."""
    for name, address in table.items():
        if not is_loopback_http(address):
            _secure(f"links.{name}", address)
    return table


def _openid(table: Mapping[str, Any] | None) -> OpenId | None:
    """A browser brings the code to ``redirect_uri``, where we listen on this computer only."""
    if not table:
        return None
    try:
        fields = {name: value for name, value in table.items() if name != "ways"}
        openid = OpenId(methods=tuple(SignInMethod(name) for name in table["ways"]), **fields)
    except ValueError as error:
        raise InvalidSite(f"the site file does not fit: {error}") from None
    _secure("openid.issuer", openid.issuer)
    if not is_loopback_http(openid.redirect_uri):
        reason = "openid.redirect_uri has to be an http address on localhost"
        raise InvalidSite(f"{reason}: {openid.redirect_uri}")
    return openid


def _host(name: str, row: Mapping[str, Any]) -> Host:
    lists = {key: tuple(row.get(key, ())) for key in ("host_keys", "names")}
    return Host(name, **{**row, **lists})
