"""The port to an ssh agent, apart from the others because the tray never needs it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from alpkey.core.errors import AgentTrouble
from alpkey.core.keys.certificate import Certificate

# What names the agent that ssh asks: the person's ssh configuration, or their environment.
AgentSource = Literal["IdentityAgent", "SSH_AUTH_SOCK"]


class AgentAbsent(AgentTrouble):
    """No agent is there to be asked."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One entry of an agent: a plain key or a certificate, and the comment it was added under."""

    blob: bytes
    comment: str


class Agent(Protocol):
    """One ssh agent.  Every method raises AgentAbsent where none answers, else AgentTrouble."""

    @property
    def socket(self) -> str | None:
        """Where it listens; None where ssh would ask none."""

    def identities(self) -> list[Identity]:
        """Everything it holds, in its own order."""

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
        confirm: bool = False,
    ) -> None:
        """Adds the unencrypted key in ``private``, or its ``certificate``.

        The agent forgets it after ``lifetime_s`` seconds, and with ``confirm`` asks the person at
        each use.  The same entry again is replaced.
        """

    def remove(self, blob: bytes) -> None:
        """Removes one entry; one that is not there is no error."""

    def takes_keys(self, *, confirm: bool = False) -> bool:
        """Whether it answers and takes a key, tried with one that is made up.  Raises nothing."""


class OwnAgent(Agent, Protocol):
    """Our own agent, which stands in where the person's is of no use.

    It outlives the command that starts it, and there is never a second one for a home.
    """

    @property
    def lives(self) -> bool:
        """Whether it runs; a socket that it left behind is no sign of life."""

    def start(self) -> None:
        """Starts it, unless it lives.  Raises AgentTrouble (``own-agent-failed``)."""

    def end(self) -> None:
        """Ends it with all that it holds, if it lives.  Raises AgentTrouble
        (``own-agent-stays``)."""
