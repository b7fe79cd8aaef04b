"""The ssh agent that logins use: the user's, or Alpkey's own where that one cannot hold the key."""

from collections.abc import Callable
from typing import NamedTuple

from alpkey.core.agent.ports import Agent, OwnAgent
from alpkey.core.errors import AgentTrouble


def never_answers(agent: Agent) -> bool:
    """Whether it takes the call and says nothing; ssh would wait for it without end."""
    try:
        agent.identities()
    except AgentTrouble as error:
        return error.code == "agent-hangs"
    return False


class Agents(NamedTuple):
    """``user_agent`` is the one that the user's ssh configuration or environment names.

    ``update_ssh_files`` names Alpkey's own agent in the ssh files exactly while it runs.
    ``confirms_each_use``: whether an agent asks the user at each use of the key.
    """

    user_agent: Callable[[], Agent]
    own: OwnAgent
    update_ssh_files: Callable[[], None]
    confirms_each_use: Callable[[], bool] = lambda: False

    @property
    def confirm(self) -> bool:
        return self.confirms_each_use()

    @property
    def used(self) -> Agent:
        """The agent that logins use now."""
        return self.own if self.own.lives else self.user_agent()

    def start_own(self, reason: AgentTrouble) -> Agent:
        """Start Alpkey's own agent unless it runs.  Raises ``reason`` if it does not start."""
        try:
            self.own.start()
        except AgentTrouble:
            raise reason from None
        self.update_ssh_files()
        return self.own

    def end_own(self) -> None:
        """End Alpkey's own agent and take it out of the ssh files.  Raises AgentTrouble."""
        if self.own.lives:
            self.own.end()
            self.update_ssh_files()

    def user_agent_works(self) -> bool:
        """Whether Alpkey's own agent runs although the user's could hold the key."""
        return self.own.lives and self.user_agent().takes_keys(confirm=self.confirm)
