"""First start: which of its pages have anything to do, from what is seen and asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from alpkey.core.ssh.host_keys import ACCEPTABLE
from alpkey.core.state.snapshot import KeyState

# States of host keys that a person has to do something about.
_OPEN = (*ACCEPTABLE, "changed", "waiting")


class Page(Enum):
    """The pages in their order.

    The key comes first, for without one no cluster shows its host key; and it is locked last, as
    everything before has to open it.
    """

    KEY = "Key"
    CONFIG = "ssh"
    HOSTS = "Host keys"
    PROTECTION = "Protection"
    END = "Login"


@dataclass(frozen=True, slots=True)
class Known:
    """``config`` is the result of ``config diff``, ``hosts`` are the rows of ``hosts list``.

    None where that is not known yet, or could not be found out.
    """

    state: KeyState
    has_key: bool
    encrypted: bool | None
    config: Mapping[str, Any] | None = None
    hosts: Sequence[Mapping[str, Any]] | None = None

    @property
    def came_by_hand(self) -> bool:
        """Whether the person's own lines lead to the centre: then they have set up all before."""
        return self.config is not None and bool(self.config["by_hand"])


def is_needed(page: Page, known: Known) -> bool:
    """Whether the page has anything to do; one whose facts could not be found out says why."""
    match page:
        case Page.KEY:
            return not known.state.opens_doors
        case Page.CONFIG:
            return known.config is None or (known.config["changed"] and not known.came_by_hand)
        case Page.HOSTS:
            return known.hosts is None or any(one["state"] in _OPEN for one in known.hosts)
        case Page.PROTECTION:
            return known.has_key and not known.encrypted and not known.came_by_hand
        case Page.END:
            return True


def acceptable(hosts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The hosts whose keys one click may accept."""
    return [one["name"] for one in hosts if one["state"] in ACCEPTABLE]
