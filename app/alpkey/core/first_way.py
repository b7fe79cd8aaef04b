"""Which way to sign in comes first: by what the site names, services said, and was used last."""

from collections.abc import Container, Iterator

from alpkey.core.site import GATEWAY, Service, Site, Way


def password_at(service: Service) -> str:
    """What the journal calls passwords at a gateway, whose provider may refuse them for good."""
    return f"{service.name}/{Way.PASSWORD.value}"


def ways(site: Site, retired: Container[str]) -> tuple[Way, ...]:
    """Those that lead to a key, in the site's order, without what was found ``retired``."""
    return tuple(dict.fromkeys(way for _, way in _doors(site, retired)))


def first_way(site: Site, retired: Container[str], last: Way | None) -> Way:
    """The one to begin with; ``last`` is how the last key was got.

    Where everything is retired it is the password: its service is asked before it is sent, and
    may have come back.
    """
    possible = ways(site, retired)
    if last in possible:
        return last
    return possible[0] if possible else Way.PASSWORD


def service_for(way: Way, site: Site, retired: Container[str]) -> Service | None:
    """The one that gives a key to whoever signs in by ``way``."""
    return next((service for service, leads in _doors(site, retired) if leads is way), None)


def usual_service(site: Site, retired: Container[str], last: Way | None) -> Service | None:
    """The one that the next key comes from; None where all are retired."""
    return service_for(first_way(site, retired, last), site, retired)


def way_elsewhere(
    site: Site, retired: Container[str], last: Way | None, *, has_display: bool
) -> Way:
    """The one to begin with where no form is shown; without a display no browser can be."""
    fit = [one for one in ways(site, retired) if one is Way.DEVICE or one is Way.BROWSER]
    possible = [one for one in fit if has_display or one is Way.DEVICE]
    if last in possible:
        return last
    return possible[0] if possible else Way.DEVICE


def _doors(site: Site, retired: Container[str]) -> Iterator[tuple[Service, Way]]:
    for service in site.services:
        if service.name in retired:
            continue
        if service.kind != GATEWAY:
            yield service, Way.PASSWORD
            continue
        for way in site.openid.ways if site.openid else ():
            if way is not Way.PASSWORD or password_at(service) not in retired:
                yield service, way
