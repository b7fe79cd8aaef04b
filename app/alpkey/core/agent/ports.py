"""The ports to ssh agents."""

from typing import Literal, NamedTuple, Protocol

from alpkey.core.errors import AgentTrouble
from alpkey.core.keys.certificate import Certificate

# What names the agent that ssh asks: the user's ssh configuration, or the environment.
AgentSource = Literal["IdentityAgent", "SSH_AUTH_SOCK"]


class AgentAbsent(AgentTrouble):
    """No agent is there to be asked."""


class Identity(NamedTuple):
    """One entry of an agent: a plain key or a certificate, and the comment it was added under."""

    blob: bytes
    comment: str


class Agent(Protocol):
    """One ssh agent.  Every method raises AgentAbsent where none answers, else AgentTrouble."""

    @property
    def socket(self) -> str | None:
        """Where it listens; None where ssh would ask none."""

    def identities(self) -> list[Identity]:
        """All its entries, in its own order."""

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
        confirm: bool = False,
    ) -> None:
        """Add the unencrypted key in ``private``, or its ``certificate``.

        The agent removes it after ``lifetime_s`` seconds, and with ``confirm`` asks the user at
        each use.  The same entry again is replaced.
        """

    def remove(self, blob: bytes) -> None:
        """Remove one entry; a missing one is no error."""

    def takes_keys(self, *, confirm: bool = False) -> bool:
        """Whether it answers and accepts a key, tried with a made-up one.  Raises nothing."""


class OwnAgent(Agent, Protocol):
    """Alpkey's own agent, used where the user's cannot be.

    It outlives the command that starts it, and there is never a second one for a home.
    """

    @property
    def lives(self) -> bool:
        """Whether it runs; a socket that it left does not count."""

    def start(self) -> None:
        """Start it, unless it runs.  Raises AgentTrouble (``own-agent-failed``)."""

    def end(self) -> None:
        """End it with all its entries, if it runs.  Raises AgentTrouble
        (``own-agent-stays``)."""
