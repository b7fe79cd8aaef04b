"""Which ssh agent logins use: the person's, and ours where theirs is of no use."""

from collections.abc import Callable
from dataclasses import dataclass

from alpkey.core.agent.ports import Agent, OwnAgent
from alpkey.core.errors import AgentTrouble


@dataclass(frozen=True, slots=True)
class Agents:
    """``theirs`` asks ssh which one the person's own configuration or environment names.

    ``tell_ssh`` has our files for ssh say whether ours is to be asked: it is named there exactly
    while it lives.  ``wish`` says whether an agent is to ask the person at each use of the key.
    """

    theirs: Callable[[], Agent]
    own: OwnAgent
    tell_ssh: Callable[[], None]
    wish: Callable[[], bool] = lambda: False

    @property
    def confirm(self) -> bool:
        return self.wish()

    @property
    def used(self) -> Agent:
        """The one that logins use now."""
        return self.own if self.own.lives else self.theirs()

    def stand_in(self, instead_of: AgentTrouble) -> Agent:
        """Ours, started unless it lives.  Raises ``instead_of`` where it does not start."""
        try:
            self.own.start()
        except AgentTrouble:
            raise instead_of from None
        self.tell_ssh()
        return self.own

    def end_own(self) -> None:
        """Ours is ended, and named no longer.  Raises AgentTrouble."""
        if self.own.lives:
            self.own.end()
            self.tell_ssh()

    def theirs_are_back(self) -> bool:
        """Whether ours lives though theirs would do."""
        return self.own.lives and self.theirs().takes_keys(confirm=self.confirm)
