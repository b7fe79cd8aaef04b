"""What went and what stayed while somebody leaves this computer: told at once, and at the end."""

from collections.abc import Callable, Iterator

from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Event, Step, Warn
from alpkey.core.messages import removal as removal_messages
from alpkey.core.messages.describe import describe
from alpkey.core.messages.warnings import warning_text
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import SignOutResult


class Summary:
    """``result`` is what the action returns at its end."""

    def __init__(self) -> None:
        self.result: SignOutResult = {"removed": [], "left": [], "revoked": []}

    def attempt(self, one: OwnedItem, step: str, action: Callable[[], object]) -> Iterator[Event]:
        """Does it; where it fails ``one`` is left, where it says False there was nothing of it."""
        try:
            was = action()
        except AlpkeyError as error:
            yield from self.left(one, error)
        else:
            if was is not False:
                yield from self.gone(one, step)

    def gone(self, one: OwnedItem, step: str) -> Iterator[Event]:
        self.result["removed"].append(one.as_object())
        yield Step(step, {"what": one.what, "name": one.name})

    def left(self, one: OwnedItem, trouble: AlpkeyError) -> Iterator[Event]:
        """It should have gone."""
        said = describe(trouble)
        reason = f"{said.title}. {said.detail}"
        self._note(one, trouble.code, reason)
        yield Warn("left-behind", {"what": removal_messages.item_text(one), "reason": reason})

    def keep(self, one: OwnedItem, why: Warn) -> Iterator[Event]:
        """It has to stay."""
        self._note(one, why.code, warning_text(why.code, why.params))
        yield why

    def _note(self, one: OwnedItem, code: str, reason: str) -> None:
        self.result["left"].append({**one.as_object(), "code": code, "reason": reason})
