"""Which sign-in method comes first: by the site, retired services, and the method used last."""

from collections.abc import Container, Iterator

from alpkey.core.site import GATEWAY, Service, SignInMethod, Site


def password_retirement(service: Service) -> str:
    """The journal's name for passwords at a gateway, whose provider may refuse them for good."""
    return f"{service.name}/{SignInMethod.PASSWORD.value}"


def methods(site: Site, retired: Container[str]) -> tuple[SignInMethod, ...]:
    """Those that lead to a key, in the site's order, without ``retired`` services."""
    return tuple(dict.fromkeys(method for _, method in _service_methods(site, retired)))


def first_method(site: Site, retired: Container[str], last: SignInMethod | None) -> SignInMethod:
    """The method to begin with; ``last`` is the method of the last key.

    Where everything is retired it is the password: its service is asked before it is sent, and
    may have come back.
    """
    possible = methods(site, retired)
    if last in possible:
        return last
    return possible[0] if possible else SignInMethod.PASSWORD


def service_for(method: SignInMethod, site: Site, retired: Container[str]) -> Service | None:
    """The service that issues a key after signing in by ``method``."""
    return next(
        (service for service, leads in _service_methods(site, retired) if leads is method), None
    )


def default_service(
    site: Site, retired: Container[str], last: SignInMethod | None
) -> Service | None:
    """The service of the next key; None where all are retired."""
    return service_for(first_method(site, retired, last), site, retired)


def external_method(
    site: Site, retired: Container[str], last: SignInMethod | None, *, has_display: bool
) -> SignInMethod:
    """The method to begin with where no form is shown; a browser needs a display."""
    fit = [
        method
        for method in methods(site, retired)
        if method is SignInMethod.DEVICE or method is SignInMethod.BROWSER
    ]
    possible = [method for method in fit if has_display or method is SignInMethod.DEVICE]
    if last in possible:
        return last
    return possible[0] if possible else SignInMethod.DEVICE


def _service_methods(site: Site, retired: Container[str]) -> Iterator[tuple[Service, SignInMethod]]:
    for service in site.services:
        if service.name in retired:
            continue
        if service.kind != GATEWAY:
            yield service, SignInMethod.PASSWORD
            continue
        for method in site.openid.methods if site.openid else ():
            if method is not SignInMethod.PASSWORD or password_retirement(service) not in retired:
                yield service, method
