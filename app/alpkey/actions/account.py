"""Accounts beside the first: list them, add one, remove one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alpkey.core.account import ACCOUNTS, USERNAME, Account, InvalidAccount, check
from alpkey.core.errors import InvalidInput
from alpkey.core.events import Action, Warn
from alpkey.core.results.account import AccountResult, AccountsResult, RemovedAccountResult
from alpkey.core.results.removal import SignOutResult
from alpkey.core.settings.kinds import Plain
from alpkey.core.settings.policy import Chosen
from alpkey.core.site import Site
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import Clock, rfc3339


@dataclass(frozen=True, slots=True)
class AccountsWorld:
    """``snapshot`` and ``site`` are those of an account, None for the first.

    ``update_files`` brings the ssh files and the lines for prompts up to date.  ``sign_out``
    removes what Alpkey put on this computer for one account.
    """

    chosen: Callable[[], Chosen]
    site: Callable[[str | None], Site]
    snapshot: Callable[[str | None], Snapshot]
    change_file: Callable[[str | tuple[str, ...], Plain | None], Path | None]
    update_files: Callable[[], None]
    sign_out: Callable[[str], Action[SignOutResult]]
    clock: Clock


def list_accounts(world: AccountsWorld) -> Action[AccountsResult]:
    """All accounts with their keys, the first account first."""
    yield from ()
    names = [None, *(account.name for account in world.chosen().accounts)]
    return {"accounts": [_row(name, world) for name in names]}


def add_account(name: str, username: str, world: AccountsWorld) -> Action[AccountResult]:
    """Add an account; its first key comes with the next renewal for it.

    The username of the first one is written down, so that the two are kept apart from now on.
    Raises InvalidInput (``account-unfit``, ``first-account-unknown``) and InvalidFile.
    """
    chosen, account = world.chosen(), Account(name, username)
    first = chosen.settings.username or world.snapshot(None).account or ""
    try:
        check(account, first, chosen.accounts)
    except InvalidAccount as error:
        raise InvalidInput("account-unfit", reason=_sentence(str(error))) from None
    if not world.site(None).names_a_user(username):
        raise InvalidInput("username-unfit", field=USERNAME, site=world.site(None).name)
    if not first:
        raise InvalidInput("first-account-unknown")
    aside = world.change_file((ACCOUNTS, name, USERNAME), username)
    if aside:
        yield Warn("settings-set-aside", {"path": str(aside)})
    if not chosen.settings.username and not chosen.is_locked(USERNAME):
        world.change_file(USERNAME, first)
    world.update_files()
    return _row(name, world)


def remove_account(name: str, world: AccountsWorld) -> Action[RemovedAccountResult]:
    """Sign out of the account on this computer, and forget it.

    Raises InvalidInput (``no-such-account``), Cancelled while nothing is changed yet, Unreachable
    (lock) and InvalidFile.
    """
    world.site(name)  # raises where there is no such account
    signed_out = yield from world.sign_out(name)
    world.change_file((ACCOUNTS, name), None)
    world.update_files()
    return {"account": name, "removed": signed_out["removed"], "left": signed_out["left"]}


def _row(name: str | None, world: AccountsWorld) -> AccountResult:
    snapshot = world.snapshot(name)
    certificate = snapshot.certificate
    return {
        "name": name,
        "username": snapshot.account,
        "key_path": str(snapshot.key_path),
        "state": snapshot.state(world.clock()).value,
        "valid_before": rfc3339(certificate.valid_before) if certificate else None,
        "hosts": [host.name for host in world.site(name).hosts if host.shown],
    }


def _sentence(reason: str) -> str:
    return reason[0].upper() + reason[1:]
