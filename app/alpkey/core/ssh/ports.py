"""The ports to ssh: its configuration, its host keys, the hosts it reaches and who called it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from alpkey.core.ssh.config_query import Resolution
from alpkey.core.ssh.host_keys import HostKey, HostKeyObservation
from alpkey.core.ssh.login_result import LoginObservation

# The exit status of ssh for failures of its own (ssh(1), EXIT STATUS).
SSH_FAILED = 255

OpenTerminal = Callable[[Sequence[str], str], None]
"""``(command, name)``: open a window of the user's terminal program that runs ``command``, and
return.  Raises InvalidInput (``no-terminal``).
"""

OpenEditor = Callable[[str], None]
"""``(host)``: open a window of the user's editor, which reaches ``host`` by plain ssh, and return.
Raises InvalidInput (``no-editor``).
"""

WriteOwnConfig = Callable[[str | None], Path | None]
"""``(user)``: bring Alpkey's own files in the ssh folder up to date; return the one for ``ssh -F``.

None where ssh finds them by itself, because the user's own file includes them.  Raises InvalidFile.
"""

ResolveHost = Callable[[str], Resolution]
"""``(alias)``: what ssh itself would use for ``alias`` (``ssh -G``); empty where it cannot be
asked.
"""

QueryConfig = Callable[[str], Resolution]
"""``(name)``: everything that ssh uses for ``name`` in one configuration.

Raises InvalidFile (``config-refused``, ``config-hangs``) or Unreachable.
"""

RenewalWindowEnd = Literal["done", "declined", "late", "not-opened", "crashed"]
"""How a request for a renewal ended; the user decided only where it was ``declined``."""

AskForRenewal = Callable[[str | None, Callable[[], bool], float], RenewalWindowEnd]
"""``(host, done, timeout_s)``: open the renewal window for a login to ``host``, perhaps after a
click on a notification that the login waits.
"""


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """A command that ended, or did not in time: then ``code`` is None.

    ``said`` is the error output of ssh and of the command.
    """

    code: int | None
    output: str
    said: str

    @property
    def logged_in(self) -> bool:
        return self.code not in (None, SSH_FAILED)

    def login(self, host: str) -> LoginObservation:
        """The same as a login to ``host``, for the doctor to explain."""
        return LoginObservation(host, self.code, self.said)


RunOnHost = Callable[[str, Path | None, Sequence[str]], RemoteResult]
"""``(alias, config, command)``: run ``command``, quoted for a shell, on ``alias`` without prompts.

``config`` is the file for ``ssh -F``, where one is.  Bounded in time.  Raises Unreachable
(``ssh-missing``).
"""


SendToHost = Callable[[str, Path | None, Sequence[str], bytes], RemoteResult]
"""The same, with the bytes that ``command`` reads from its standard input."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The user's configuration as it was read; ``content`` is None where there is none."""

    path: Path
    content: bytes | None


class OwnConfig(Protocol):
    """Alpkey's own files in the ssh folder, never the user's.  Every method raises InvalidFile."""

    def write(self, user: str | None) -> Path | None:
        """Bring them up to date, as WriteOwnConfig says."""

    @property
    def on_demand(self) -> bool:
        """Whether ssh is to look for a fresh key before each login."""

    def set_on_demand(self, wanted: bool) -> None:
        """Install the script that looks for it, or remove it; ``write`` does the rest."""

    def lying(self) -> bool:
        """Whether any of the files exists."""

    def remove(self) -> bool:
        """Remove all of them; return whether their folder is gone too, which needs to be empty."""

    def blocks(self, user: str | None, *, on_demand: bool) -> str:
        """The content that the file with the hosts should have."""

    def include(self) -> bytes:
        """The Include line by which another file reads that one."""


class UserConfig(Protocol):
    """The user's own configuration file.  Symbolic links are followed and stay links."""

    @property
    def path(self) -> Path: ...

    def read(self) -> ConfigFile:
        """Raises InvalidFile where it is no regular file, has another owner or is unreadable."""

    def included(self, content: bytes) -> Iterable[bytes]:
        """The content of all readable files that ``content`` includes, nested ones too."""

    def keep_backup(self, content: bytes, now: datetime) -> Path:
        """Save ``content`` in a backup and return its path.  Raises InvalidFile."""

    def replace(self, read: ConfigFile, content: bytes | None) -> None:
        """Replace the content, keeping mode and owner; None removes the file.

        Raises InvalidFile where the file is no longer what was ``read``, or cannot be written.
        """


@dataclass(frozen=True, slots=True)
class Trial:
    """The queries for the two orders in which the same lines can be combined."""

    ours_first: QueryConfig
    theirs_first: QueryConfig


TryConfig = Callable[[str, bytes], AbstractContextManager[Trial]]
"""``(blocks, user_lines)``: query files that are not installed: Alpkey's blocks and the lines of
the user's configuration.  Raises InvalidFile.
"""


class HostKeys(Protocol):
    """The keys that hosts present; ``config`` is the file for ``ssh -F``, where one is.

    ``alias`` is a name that was checked before.
    """

    def check(self, alias: str, config: Path | None) -> HostKeyObservation:
        """What ssh finds about the key that the host presents now, without signing in."""

    def check_behind(self, alias: str, jump: str, line: str) -> HostKeyObservation:
        """The same for a host behind ``jump``, whose ``line`` for known_hosts is trusted for it.

        The line is not stored.  The key signs in to the jump host, which learns nothing from that:
        the signature is valid for this one connection (RFC 4252, section 7).
        """

    def fetch(self, alias: str, config: Path | None, key: HostKey) -> str:
        """The line for known_hosts that ssh would write for exactly this key.

        Raises InvalidFile (``host-key-differs``) where the host presents another one by now.
        """


class KnownHosts(Protocol):
    """The user's own file of host keys."""

    @property
    def path(self) -> Path: ...

    def read(self) -> bytes | None:
        """The content, None where there is no file.  Raises InvalidFile."""

    def replace(self, content: bytes | None) -> None:
        """Replace the content; None removes the file.  Raises InvalidFile."""


class LoginQueue(Protocol):
    """Logins at the same time ask the user once: each waits for its turn, then looks again."""

    def held(self, timeout_s: float) -> AbstractContextManager[None]:
        """Hold the turn.  Raises KeyExpired (``not-renewed``) after ``timeout_s``."""

    def declined_at(self) -> datetime | None:
        """When the user last declined, to the second, if that is recorded."""

    def note_declined(self, now: datetime) -> None:
        """Record that the user declined, where that can be written."""
