"""The user's own command, run after each renewal, from the setting ``after_renewal``.

The renewal is over by then: the lock is free, and its secrets are gone.  Whether the command
succeeds or fails, the key is there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Action, Step, Warn
from alpkey.core.messages.describe import quoted
from alpkey.core.results.status import RenewResult

# What the command gets, by the name of its variable.
FACTS: Mapping[str, Literal["key_path", "certificate_path", "serial", "valid_before"]] = {
    "ALPKEY_KEY": "key_path",
    "ALPKEY_CERTIFICATE": "certificate_path",
    "ALPKEY_SERIAL": "serial",
    "ALPKEY_VALID_BEFORE": "valid_before",
}


RunHook = Callable[[Sequence[str], Mapping[str, str], Callable[[], bool]], None]
"""``(command, facts, cancelled)``: run ``command`` to its end, without input, with ``facts`` in its
environment.

Raises InvalidFile: ``hook-unfit`` where another user may have put it there, ``hook-failed`` where
it cannot be run, fails, takes too long, or ``cancelled()`` is true.
"""


@dataclass(frozen=True, slots=True)
class HookWorld:
    """``command`` is empty where there is none."""

    command: Sequence[str]
    run: RunHook
    cancellation: Cancellation


def then_run(renewal: Action[RenewResult], world: HookWorld) -> Action[RenewResult]:
    """Renew, then run the command where that brought a key; the result is the renewal's."""
    result = yield from renewal
    if not (world.command and result["renewed"]):
        return result
    facts = {name: str(result[key]) for name, key in FACTS.items() if result[key] is not None}
    try:
        world.run(world.command, facts, lambda: world.cancellation.requested)
    except AlpkeyError as error:
        yield Warn("after-renewal", quoted(error))
    else:
        yield Step("after-renewal")
    return result
