"""Renew with username, password and code, at the first service that takes them."""

from collections.abc import Callable

from alpkey.core.errors import NeedsBrowser
from alpkey.core.events import Action
from alpkey.core.results.status import RenewResult
from alpkey.core.site import GATEWAY, Service


def renew_by_password(
    first_service: Callable[[], Service | None],
    classic: Callable[[], Action[RenewResult]],
    at_gateway: Callable[[], Action[RenewResult]],
) -> Action[RenewResult]:
    """Renew at ``first_service``: the first one that is not known to be retired.

    One that turns out to be retired says so before anything secret is sent to it; then the next one
    is asked.  Where none is left it is ``classic``, which may have come back.  Raises what the two
    renewals raise; NeedsBrowser only once no other service is left.
    """
    service = first_service()
    while True:
        try:
            is_gateway = service is not None and service.kind == GATEWAY
            return (yield from (at_gateway if is_gateway else classic)())
        except NeedsBrowser:
            following = first_service()
            if following in (None, service):
                raise
            service = following
