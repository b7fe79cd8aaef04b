"""What a person typed to sign in, checked for form before anything is sent."""

from alpkey.core.errors import Unsuitable
from alpkey.core.events import Answer
from alpkey.core.ports import Credentials
from alpkey.core.secret import Secret
from alpkey.core.site import Site


def read_credentials(answer: Answer, username: str | None, site: Site) -> Credentials:
    """The credentials in ``answer``; its user name wins over ``username``.

    A password is taken letter by letter, a code may hold spaces.  Raises Unsuitable, with the
    ``field`` at fault among its params; nothing typed is ever part of an error.
    """
    name = str(answer.get("username") or username or "").strip()
    password, otp = _secret(answer, "password"), _secret(answer, "otp")
    if not name:
        raise Unsuitable("username-missing", field="username", site=site.name)
    if not site.names_a_user(name):
        raise Unsuitable("username-unfit", field="username", site=site.name)
    if not password:
        raise Unsuitable("password-missing", field="password")
    digits = "".join(otp.reveal().split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        raise Unsuitable("otp-unfit", field="otp")
    return Credentials(name, password, Secret(digits))


def _secret(answer: Answer, name: str) -> Secret:
    value = answer.get(name)
    return value if isinstance(value, Secret) else Secret(value if isinstance(value, str) else "")
