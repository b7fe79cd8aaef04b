"""What ``alpkey doctor --fix`` can do; :mod:`alpkey.actions.doctor` carries it out."""

from dataclasses import dataclass
from enum import Enum, auto


class Fix(Enum):
    FINISH_INSTALLATION = auto()
    USE_IPV4_ONLY = auto()
    LOAD_KEY = auto()
    REMOVE_OLD_KEYS = auto()


@dataclass(frozen=True, slots=True)
class SetFileMode:
    """Change the permissions of ``file``, a name in the table of examined files.

    ``exactly`` replaces the mode; ``without`` are permissions to take away from it.
    """

    file: str
    exactly: int | None = None
    without: int = 0

    def new_mode(self, mode: int) -> int:
        """The mode to set where the file has ``mode``."""
        return (mode if self.exactly is None else self.exactly) & ~self.without
