"""The words of every error, by its code."""

from collections.abc import Mapping

from alpkey.core.messages import errors_general, errors_keys, errors_signin, errors_ssh
from alpkey.core.messages.description import Description

ERRORS: Mapping[str, Description] = {
    **errors_general.ERRORS,
    **errors_signin.ERRORS,
    **errors_keys.ERRORS,
    **errors_ssh.ERRORS,
}
