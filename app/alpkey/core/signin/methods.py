"""Which way to sign in comes first: by what the site names, services said, and was used last."""

from collections.abc import Container, Iterator

from alpkey.core.site import GATEWAY, Service, SignInMethod, Site


def password_retirement(service: Service) -> str:
    """What the journal calls passwords at a gateway, whose provider may refuse them for good."""
    return f"{service.name}/{SignInMethod.PASSWORD.value}"


def methods(site: Site, retired: Container[str]) -> tuple[SignInMethod, ...]:
    """Those that lead to a key, in the site's order, without what was found ``retired``."""
    return tuple(dict.fromkeys(method for _, method in _doors(site, retired)))


def first_method(site: Site, retired: Container[str], last: SignInMethod | None) -> SignInMethod:
    """The one to begin with; ``last`` is how the last key was got.

    Where everything is retired it is the password: its service is asked before it is sent, and
    may have come back.
    """
    possible = methods(site, retired)
    if last in possible:
        return last
    return possible[0] if possible else SignInMethod.PASSWORD


def service_for(method: SignInMethod, site: Site, retired: Container[str]) -> Service | None:
    """The one that gives a key to whoever signs in by ``method``."""
    return next((service for service, leads in _doors(site, retired) if leads is method), None)


def default_service(
    site: Site, retired: Container[str], last: SignInMethod | None
) -> Service | None:
    """The one that the next key comes from; None where all are retired."""
    return service_for(first_method(site, retired, last), site, retired)


def external_method(
    site: Site, retired: Container[str], last: SignInMethod | None, *, has_display: bool
) -> SignInMethod:
    """The one to begin with where no form is shown; without a display no browser can be."""
    fit = [
        one
        for one in methods(site, retired)
        if one is SignInMethod.DEVICE or one is SignInMethod.BROWSER
    ]
    possible = [one for one in fit if has_display or one is SignInMethod.DEVICE]
    if last in possible:
        return last
    return possible[0] if possible else SignInMethod.DEVICE


def _doors(site: Site, retired: Container[str]) -> Iterator[tuple[Service, SignInMethod]]:
    for service in site.services:
        if service.name in retired:
            continue
        if service.kind != GATEWAY:
            yield service, SignInMethod.PASSWORD
            continue
        for method in site.openid.methods if site.openid else ():
            if method is not SignInMethod.PASSWORD or password_retirement(service) not in retired:
                yield service, method
