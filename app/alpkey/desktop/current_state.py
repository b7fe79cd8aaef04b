"""The current state as tray and windows need it: a snapshot, or why there is none."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from alpkey import glance
from alpkey.core.display_text import visible
from alpkey.core.errors import AlpkeyError
from alpkey.core.messages.describe_error import describe
from alpkey.core.paths import Paths
from alpkey.core.settings.policy import Chosen, choose
from alpkey.core.settings.settings import Settings
from alpkey.core.site import Site
from alpkey.core.ssh.aliases import Alias
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.local_zone import now


@dataclass(frozen=True, slots=True)
class AccountState:
    """The key of one account; ``name`` is empty for the first, whose hosts have plain names."""

    name: str
    snapshot: Snapshot
    site: Site


@dataclass(frozen=True, slots=True)
class CurrentState:
    """Either ``snapshot`` or ``trouble``, at ``now``, which carries the zone to show times in.

    ``others`` are the accounts beside the one that was asked for, if that is the first.
    ``connected``: connections are open that logins share.  With ``trouble``, site and settings are
    the shipped ones, as far as they can be read.
    """

    now: datetime
    snapshot: Snapshot | None = None
    trouble: str = ""
    site: Site | None = None
    chosen: Chosen = field(default_factory=lambda: choose({}, {}))
    aliases: tuple[Alias, ...] = ()
    connected: bool = False
    others: tuple[AccountState, ...] = ()

    @property
    def settings(self) -> Settings:
        return self.chosen.settings

    @property
    def first_to_end(self) -> AccountState | None:
        """The account whose usable key ends first; the first account where there is none."""
        if self.snapshot is None or self.site is None:
            return None
        accounts = (AccountState("", self.snapshot, self.site), *self.others)
        usable = [account for account in accounts if account.snapshot.state(self.now).opens_doors]
        return min(usable or accounts[:1], key=self._ends)

    def _ends(self, account: AccountState) -> timedelta:
        left = account.snapshot.left(self.now)
        return timedelta.max if left is None else left


def take(paths: Paths, account: str | None = None) -> CurrentState:
    """Read the state of an account now, None for the first.

    A file that cannot be used becomes ``trouble``, never an exception.
    """
    here = now()
    try:
        home = glance.command_context(paths)
        at, on = replace(paths, account=account), home.of_account(account)
        snapshot = glance.snapshot(at, here.astimezone(UTC), on)
        aliases = tuple(glance.aliases(paths))
        connected = glance.shares_connections(paths)
        return CurrentState(
            here,
            snapshot,
            site=on.site,
            chosen=on.chosen,
            aliases=aliases,
            connected=connected,
            others=() if account else tuple(_others(paths, here, home)),
        )
    except AlpkeyError as error:
        message = describe(error)
        trouble = f"{message.title}. {message.detail} {message.next_step}"
        return CurrentState(here, trouble=visible(trouble), site=_shipped_site(paths))


def _others(paths: Paths, here: datetime, home: glance.CommandContext) -> Iterator[AccountState]:
    for account in home.accounts:
        on = home.of_account(account.name)
        at = replace(paths, account=account.name)
        yield AccountState(account.name, glance.snapshot(at, here.astimezone(UTC), on), on.site)


def _shipped_site(paths: Paths) -> Site | None:
    with suppress(AlpkeyError):
        return glance.shipped_site(paths)
    return None
