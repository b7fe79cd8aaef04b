"""Accounts beside the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alpkey.adapters.clock import now
from alpkey.wiring.removal import sign_out_world
from alpkey.wiring.settings import settings_world
from alpkey.wiring.signin import external_method

if TYPE_CHECKING:
    from alpkey.actions.account import AccountsWorld
    from alpkey.core.cancellation import Cancellation
    from alpkey.core.events import Action
    from alpkey.core.results.removal import SignOutResult
    from alpkey.wiring.base import Wiring


def accounts_world(
    wiring: Wiring, cancellation: Cancellation, *, yes: bool = False
) -> AccountsWorld:
    """What listing and changing accounts needs; ``yes`` agrees to the question of a removal."""
    from alpkey.actions.account import AccountsWorld

    def sign_out_of(name: str) -> Action[SignOutResult]:
        from alpkey.actions.removal.sign_out import SignOutRequest, sign_out

        account = wiring.of_account(name)
        world = sign_out_world(account, cancellation)
        return sign_out(external_method(account), SignOutRequest(yes=yes), world)

    first = wiring.of_account(None)
    return AccountsWorld(
        chosen=lambda: first.context.chosen,
        site=lambda name: wiring.of_account(name).site,
        snapshot=lambda name: wiring.of_account(name).snapshot(),
        change_file=settings_world(first).change_file,
        update_files=first.update_files,
        sign_out=sign_out_of,
        clock=now,
    )
