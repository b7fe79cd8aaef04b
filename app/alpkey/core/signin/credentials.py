"""What was typed to sign in, checked for form before anything is sent."""

from collections.abc import Mapping
from datetime import datetime

from alpkey.core.errors import InvalidInput
from alpkey.core.events import Answer
from alpkey.core.secret import Secret
from alpkey.core.signin.key_service import Credentials
from alpkey.core.site import Site
from alpkey.core.state.journal import Known


def named(answer: Answer, username: str | None) -> str:
    """The username in ``answer``, also where that is empty; else ``username``.

    A name that was cleared is missing: it never becomes the last one that signed in.
    """
    given = answer.get("username")
    return str((username or "") if given is None else given).strip()


def held_for(known: Known, now: datetime, step_s: int) -> int:
    """For how many seconds no code is sent: to the end of a code's step, once a lock-out is near.

    The code on the authenticator is still the refused one, or was mistyped.
    """
    if not known.lock_out_is_near or known.refused_at is None:
        return 0
    step, left_s = divmod(int(now.timestamp()), step_s)
    same = int(known.refused_at.timestamp()) // step_s == step
    return step_s - left_s if same else 0


def read_credentials(
    answer: Answer, username: str | None, site: Site, saved: Mapping[str, Secret] | None = None
) -> Credentials:
    """The credentials in ``answer``; its username takes precedence over ``username``.

    ``saved`` holds the password or the code to use where none was typed.
    A password is used as it is, a code may contain spaces.  Raises InvalidInput, with the
    ``field`` at fault among its params; nothing typed is ever part of an error.
    """
    saved = saved or {}
    name = named(answer, username)
    typed, otp = _secret(answer, "password"), _secret(answer, "otp")
    password = typed or saved.get("password", typed)
    if not name:
        raise InvalidInput("username-missing", field="username", site=site.name)
    if not site.names_a_user(name):
        raise InvalidInput("username-unfit", field="username", site=site.name)
    if not password:
        raise InvalidInput("password-missing", field="password")
    digits = "".join(otp.reveal().split())
    if not digits and "otp" in saved:
        return Credentials(name, password, saved["otp"], kept=not typed)
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        raise InvalidInput("otp-unfit", field="otp")
    return Credentials(name, password, Secret(digits), kept=not typed)


def _secret(answer: Answer, name: str) -> Secret:
    value = answer.get(name)
    return value if isinstance(value, Secret) else Secret(value if isinstance(value, str) else "")
