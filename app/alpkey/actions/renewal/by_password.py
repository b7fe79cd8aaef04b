"""Renew with name, password and code, at the first service that takes them."""

from collections.abc import Callable

from alpkey.core.errors import NeedsBrowser
from alpkey.core.events import Action
from alpkey.core.site import GATEWAY, Service


def renew_by_password(
    service: Callable[[], Service | None],
    classic: Callable[[], Action],
    at_gateway: Callable[[], Action],
) -> Action:
    """Renews at ``service``, which tells of the first one that is not known to be retired.

    One that turns out to be says so before anything secret is sent to it; then the next one is
    asked.  Where none is left it is ``classic``, which may have come back.  Raises what the two
    raise; NeedsBrowser only once no other service is left.
    """
    first = service()
    while True:
        try:
            return (yield from (at_gateway if first and first.kind == GATEWAY else classic)())
        except NeedsBrowser:
            then = service()
            if then in (None, first):
                raise
            first = then
