"""The journal as one account sees it, where a home has several."""

from collections.abc import Callable, Iterable, Sequence

from alpkey.core.state.journal import Facts
from alpkey.core.state.journal_facts import Fact, Finding, KeyProtected
from alpkey.core.state.ports import Journal


class AccountJournal:
    """``journal`` less the facts of the other accounts, so that nothing of them is counted.

    ``own`` takes the account's facts out of all of them.  ``username`` is that of an account beside
    the first, None for the first.
    """

    def __init__(
        self, journal: Journal, own: Callable[[Sequence[Fact]], Facts], username: str | None
    ) -> None:
        self._journal = journal
        self._own = own
        self._username = username
        self._read: tuple[Sequence[Fact], Facts] | None = None

    def facts(self) -> Facts:
        """The account's facts.  Raises InvalidFile."""
        every = self._journal.facts()
        if self._read is None or self._read[0] is not every:
            self._read = every, self._own(every)
        return self._read[1]

    def append(self, facts: Iterable[Fact]) -> None:
        """Write the facts as this account's.

        What the doctor finds for an account beside the first is not noted, for the tray warns of
        the first one's login.
        """
        if self._username is None:
            self._journal.append(facts)
        else:
            self._journal.append(
                fact._replace(account=self._username) if isinstance(fact, KeyProtected) else fact
                for fact in facts
                if not isinstance(fact, Finding)
            )
