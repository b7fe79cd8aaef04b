"""What a renewal is asked for: by every service, and by a gateway alone."""

from dataclasses import dataclass
from datetime import timedelta

from alpkey.core.keys.certificate_service import Duration


@dataclass(frozen=True, slots=True)
class RenewRequest:
    """What every service understands.

    ``if_needed``: only where the installed certificate is valid for less than that.
    ``force``: ask the service although the count says that no key is left.
    ``yes``: a key that Alpkey did not make may be replaced, and is kept as a backup.
    ``form``: the question is shown as a form, which can offer to save the password.
    """

    username: str | None = None
    if_needed: timedelta | None = None
    force: bool = False
    yes: bool = False
    form: bool = False


@dataclass(frozen=True, slots=True)
class GatewayRequest(RenewRequest):
    """What a gateway understands as well.

    ``duration``: how long the certificate is valid.
    ``replace``: revoke the certificate that was installed until now.
    ``attended``: the user is there to sign in elsewhere.
    ``may_ask``: the user may be asked whether to stay signed in.
    ``spares``: do nothing unless more slots than these are left by the service's own list.
    """

    duration: Duration = "1d"
    replace: bool = False
    attended: bool = True
    may_ask: bool = False
    spares: int = 0
