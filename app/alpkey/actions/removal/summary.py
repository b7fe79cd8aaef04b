"""What a removal removed and left: as events at once, and as its result at the end."""

from collections.abc import Callable, Iterator

from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Event, Step, Warn
from alpkey.core.messages import removal as removal_messages
from alpkey.core.messages.describe import describe
from alpkey.core.messages.warnings import warning_text
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import SignOutResult


class Summary:
    """``result`` is what the action returns."""

    def __init__(self) -> None:
        self.result: SignOutResult = {"removed": [], "left": [], "revoked": []}

    def attempt(self, item: OwnedItem, step: str, action: Callable[[], object]) -> Iterator[Event]:
        """Run ``action``: if it fails ``item`` is left, if it returns False there was nothing."""
        try:
            found = action()
        except AlpkeyError as error:
            yield from self.left(item, error)
        else:
            if found is not False:
                yield from self.gone(item, step)

    def gone(self, item: OwnedItem, step: str) -> Iterator[Event]:
        self.result["removed"].append(item.as_object())
        yield Step(step, {"what": item.what, "name": item.name})

    def left(self, item: OwnedItem, error: AlpkeyError) -> Iterator[Event]:
        """It could not be removed."""
        description = describe(error)
        reason = f"{description.title}. {description.detail}"
        self._note(item, error.code, reason)
        yield Warn("left-behind", {"what": removal_messages.item_text(item), "reason": reason})

    def keep(self, item: OwnedItem, why: Warn) -> Iterator[Event]:
        """It has to stay."""
        self._note(item, why.code, warning_text(why.code, why.params))
        yield why

    def _note(self, item: OwnedItem, code: str, reason: str) -> None:
        self.result["left"].append({**item.as_object(), "code": code, "reason": reason})
