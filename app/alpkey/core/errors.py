"""Everything that can go wrong, as one small tree; its English is in :mod:`alpkey.core.messages`.

    AlpkeyError
    +-- InvalidInput          2  what was typed cannot be sent; nothing was
    +-- SignInRefused         3  username, password or code is not accepted, or a passphrase
    +-- QuotaUsedUp           4  no key is left for today
    +-- Unreachable           5  network, service, or a lock that another Alpkey holds
    +-- NoKey                 6  no key is installed
    +-- KeyExpired            7  the key has expired
    +-- InvalidFile           9  files, a pair or an answer that must not be used
    +-- Cancelled            10  the user declined, or could not be asked
    +-- AgentTrouble         11  the ssh agent is absent, hangs or refuses
    +-- KeychainTrouble      11  the keychain is absent, locked, hanging or gone, or refuses
    +-- NeedsBrowser         12  only a sign-in by browser is left

The number is the exit code.  Each error carries a ``code`` (what happened, stable, for programs)
and ``params`` (the facts of this case).  What is not in the tree is a bug.
"""

from collections.abc import Mapping
from typing import ClassVar, TypedDict

Param = str | int | None


class ErrorObject(TypedDict):
    """An error as JSON has it, described in words."""

    code: str
    title: str
    detail: str
    next_step: str
    retryable: bool
    params: Mapping[str, Param]


class AlpkeyError(Exception):
    """An error that can be shown: ``messages.describe`` turns it into sentences."""

    exit_code: ClassVar[int]
    default_code: ClassVar[str]

    def __init__(self, code: str | None = None, *, retryable: bool = False, **params: Param):
        self.code = code or self.default_code
        self.params = params
        self.retryable = retryable
        super().__init__(self.code)


class InvalidInput(AlpkeyError):
    """Refused before anything was sent; ``field`` among the params names the input at fault."""

    exit_code = 2
    default_code = "usage"


class SignInRefused(AlpkeyError):
    exit_code = 3
    default_code = "sign-in-refused"


class QuotaUsedUp(AlpkeyError):
    exit_code = 4
    default_code = "quota-used-up"


class Unreachable(AlpkeyError):
    exit_code = 5
    default_code = "service-trouble"


class NoKey(AlpkeyError):
    exit_code = 6
    default_code = "no-key"


class KeyExpired(AlpkeyError):
    exit_code = 7
    default_code = "key-expired"


class InvalidFile(AlpkeyError):
    exit_code = 9
    default_code = "files-unfit"


class Cancelled(AlpkeyError):
    exit_code = 10
    default_code = "cancelled"


class AgentTrouble(AlpkeyError):
    exit_code = 11
    default_code = "agent-absent"


class KeychainTrouble(AlpkeyError):
    exit_code = 11
    default_code = "keychain-absent"


class NeedsBrowser(AlpkeyError):
    exit_code = 12
    default_code = "service-retired"
