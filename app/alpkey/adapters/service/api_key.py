"""The API key of a service account: the only secret that comes from the environment.

The centre prescribes that.  It is taken out on reading, so that no program we start inherits it.
"""

from collections.abc import MutableMapping

from alpkey.core.errors import InvalidInput
from alpkey.core.secret import Secret


def take(environ: MutableMapping[str, str], variable: str) -> Secret:
    """Raises InvalidInput where there is none, or an invalid one."""
    value = environ.pop(variable, "").strip()
    if not value:
        raise InvalidInput("api-key-missing", variable=variable)
    if not (value.isascii() and value.isprintable()):
        raise InvalidInput("api-key-unfit", variable=variable)
    return Secret(value)
