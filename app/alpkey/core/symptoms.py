"""What the doctor's probes saw, as plain values; what follows from it is :mod:`diagnosis`.

Wherever a probe could not tell, or did not come back in time, its value is None: nothing follows
from what nobody saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from alpkey.core.journal import Known
from alpkey.core.look import Look
from alpkey.core.settings import Settings
from alpkey.core.site import Site


@dataclass(frozen=True, slots=True)
class PathSeen:
    """A file or folder that is there.  ``ours``: it belongs to whoever runs this."""

    path: Path
    mode: int
    ours: bool
    readable: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class FilesSeen:
    """The paths a login needs; None where nothing lies there.

    ``free_bytes`` is the least that the disks of key and state still take; ``locks`` whether the
    state's file system knows them; ``interrupted`` whether an installation was cut off.
    """

    folder: PathSeen | None
    key: PathSeen | None
    certificate: PathSeen | None
    config: PathSeen | None
    free_bytes: int
    locks: bool
    interrupted: bool


AgentAnswer = Literal["absent", "hangs", "refuses", "answers"]


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """The agent that ssh will use.  Of one that is of no use, ``why`` and ``advice`` tell in words
    what it did and what to do.

    ``current`` and ``plain`` are whether it holds our certificate and its key; ``stale`` counts
    ours that should leave, none where no certificate tells them apart; ``foreign`` all others.
    ``theirs`` is the person's own, where this one is Alpkey's and stands in for it.
    """

    answer: AgentAnswer
    socket: str | None
    why: str = ""
    advice: str = ""
    current: bool = False
    plain: bool = False
    stale: int = 0
    foreign: int = 0
    theirs: "AgentSeen | None" = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What ``ssh -G`` says of a name: keyword in lower case, first value.

    ``refused`` is what ssh says where it does not take its configuration.  ``lines`` names for a
    keyword the file and line that its value comes from, where that was found.  ``lost_hook`` names
    those of a line that has ssh run a script of ours that is not there.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    lost_hook: str | None = None


LineSeen = Literal["first", "not-first", "gone"]
"""Where our line stands in the person's configuration, once it was put there."""

Reach = Literal["open", "name-unknown", "refused", "no-way", "too-slow", "hung-up", "not-ssh"]
Family = Literal["any", "inet", "inet6"]
"""Which addresses ssh takes, as its keyword AddressFamily names them."""


@dataclass(frozen=True, slots=True)
class ReachSeen:
    """What the jump host answered.

    ``stalls`` tells that it does answer, but only after an IPv6 address that swallows everything:
    ssh, which tries one after the other, waits there first.
    """

    answer: Reach
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """How the key service answered: ``code`` is that of the error, None where all was well.

    ``status`` is the HTTP status of its answer, ``clock_ahead`` how far this computer's clock is
    before its own; ``proxy`` the host that connections to it go through.
    """

    host: str
    code: str | None
    why: str = ""
    status: int | None = None
    clock_ahead: timedelta | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class LoginSeen:
    """A real login: the exit code of ssh and its words; ``code`` None where it did not end."""

    host: str
    code: int | None
    said: str

    @property
    def worked(self) -> bool:
        return self.code == 0


@dataclass(frozen=True, slots=True)
class KeychainSeen:
    """The keychain that a password is kept in: the code of its trouble, None where it has none."""

    code: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DeskSeen:
    """The desktop.  None: there is no display, so the question does not arise.

    ``browser``: whether a page can be opened here, which it cannot without a display.
    """

    tray_host: bool | None = None
    terminal: bool | None = None
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Symptoms:
    """Everything that was seen.  ``ssh_version`` is empty where there is no ssh.

    ``program`` names this Alpkey, its Python and the system; ``installed`` are the Alpkeys that a
    shell would find.
    ``own`` is what the person's own configuration makes of the centre's names.  ``logins`` are
    by host, and only those that were tried.  ``unconfirmable`` says what keeps an agent from asking
    at each use.
    """

    site: Site
    settings: Settings
    look: Look
    known: Known
    program: str = ""
    files: FilesSeen | None = None
    ssh_version: str | None = None
    agent: AgentSeen | None = None
    own: Mapping[str, Resolved] | None = None
    line: LineSeen | None = None
    reach: ReachSeen | None = None
    service: ServiceSeen | None = None
    keychain: KeychainSeen | None = None
    desk: DeskSeen | None = None
    installed: tuple[Path, ...] | None = None
    unconfirmable: str | None = None
    logins: Mapping[str, LoginSeen] = field(default_factory=dict)
