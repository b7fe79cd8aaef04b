"""Which pages of the first start are needed, from what is known about the set-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from alpkey.core.results.ssh import ConfigPlanResult, LoginHost
from alpkey.core.ssh.host_keys import ACCEPTABLE
from alpkey.core.state.snapshot import KeyState

# States of host keys that the user has to do something about.
_UNDECIDED = (*ACCEPTABLE, "changed", "waiting")


class Page(Enum):
    """The pages in their order.

    The key comes first: without one no cluster shows its host key.  Its passphrase is set last,
    because every page before has to use the key.
    """

    KEY = "Key"
    CONFIG = "ssh"
    HOSTS = "Host keys"
    PROTECTION = "Protection"
    END = "Login"


@dataclass(frozen=True, slots=True)
class Known:
    """``config`` is the result of ``config diff``, ``hosts`` are the rows of ``hosts list``.

    They are None where they are not known yet, or could not be found out.
    """

    state: KeyState
    has_key: bool
    encrypted: bool | None
    config: ConfigPlanResult | None = None
    hosts: Sequence[LoginHost] | None = None

    @property
    def is_set_up_by_hand(self) -> bool:
        """Whether the user's own ssh configuration already has the centre's hosts."""
        return self.config is not None and self.config["by_hand"]


def is_needed(page: Page, known: Known) -> bool:
    """Whether the page is needed; one whose facts could not be found out shows why."""
    match page:
        case Page.KEY:
            return not known.state.opens_doors
        case Page.CONFIG:
            return known.config is None or (known.config["changed"] and not known.is_set_up_by_hand)
        case Page.HOSTS:
            return known.hosts is None or any(host["state"] in _UNDECIDED for host in known.hosts)
        case Page.PROTECTION:
            return known.has_key and not known.encrypted and not known.is_set_up_by_hand
        case Page.END:
            return True


def acceptable(hosts: Sequence[LoginHost]) -> list[str]:
    """The hosts whose keys can be accepted with one click."""
    return [host["name"] for host in hosts if host["state"] in ACCEPTABLE]
