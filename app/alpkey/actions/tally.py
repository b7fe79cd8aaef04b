"""What went and what stayed while somebody leaves this computer: told at once, and at the end."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from alpkey.core import words
from alpkey.core.belonging import Belonging
from alpkey.core.errors import AlpkeyError
from alpkey.core.events import Event, Result, Step, Warn


class Tally:
    """``result`` is what the action returns at its end."""

    def __init__(self) -> None:
        self.result: Result = {"removed": [], "left": [], "revoked": []}

    def does(self, one: Belonging, step: str, deed: Callable[[], object]) -> Iterator[Event]:
        """Does it; where it fails ``one`` is left, where it says False there was nothing of it."""
        try:
            was = deed()
        except AlpkeyError as trouble:
            yield from self.left(one, trouble)
        else:
            if was is not False:
                yield from self.gone(one, step)

    def gone(self, one: Belonging, step: str) -> Iterator[Event]:
        self.result["removed"].append(asdict(one))
        yield Step(step, asdict(one))

    def left(self, one: Belonging, trouble: AlpkeyError) -> Iterator[Event]:
        """It should have gone."""
        said = words.describe(trouble)
        reason = f"{said.title}. {said.detail}"
        self._note(one, trouble.code, reason)
        yield Warn("left-behind", {"what": words.belonging(one), "reason": reason})

    def stays(self, one: Belonging, why: Warn) -> Iterator[Event]:
        """It has to stay."""
        self._note(one, why.code, words.warning(why.code, why.params))
        yield why

    def _note(self, one: Belonging, code: str, reason: str) -> None:
        self.result["left"].append({**asdict(one), "code": code, "reason": reason})
