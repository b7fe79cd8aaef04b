"""What the doctor's probes saw, as plain values; what follows from it is :mod:`diagnosis`.

Wherever a probe could not tell, or did not come back in time, its value is None: nothing follows
from what nobody saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from alpkey.core.settings.settings import Settings
from alpkey.core.site import Site
from alpkey.core.state.journal import Known
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PathObservation:
    """A file or folder that is there.  ``ours``: it belongs to whoever runs this."""

    path: Path
    mode: int
    ours: bool
    readable: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class FilesObservation:
    """The paths a login needs; None where nothing lies there.

    ``free_bytes`` is the least that the disks of key and state still take; ``locks`` whether the
    state's file system knows them; ``interrupted`` whether an installation was cut off.
    """

    folder: PathObservation | None
    key: PathObservation | None
    certificate: PathObservation | None
    config: PathObservation | None
    free_bytes: int
    locks: bool
    interrupted: bool


AgentAnswer = Literal["absent", "hangs", "refuses", "answers"]


@dataclass(frozen=True, slots=True)
class AgentObservation:
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
    theirs: "AgentObservation | None" = None


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


IncludeLineState = Literal["first", "not-first", "gone"]
"""Where our line stands in the person's configuration, once it was put there."""

Reach = Literal["open", "name-unknown", "refused", "no-way", "too-slow", "hung-up", "not-ssh"]
Family = Literal["any", "inet", "inet6"]
"""Which addresses ssh takes, as its keyword AddressFamily names them."""


@dataclass(frozen=True, slots=True)
class ReachObservation:
    """What the jump host answered.

    ``stalls`` tells that it does answer, but only after an IPv6 address that swallows everything:
    ssh, which tries one after the other, waits there first.
    """

    answer: Reach
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class ServiceObservation:
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
class LoginObservation:
    """A real login: the exit code of ssh and its words; ``code`` None where it did not end."""

    host: str
    code: int | None
    said: str

    @property
    def worked(self) -> bool:
        return self.code == 0


@dataclass(frozen=True, slots=True)
class KeychainObservation:
    """The keychain that a password is kept in: the code of its trouble, None where it has none."""

    code: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DesktopObservation:
    """The desktop.  None: there is no display, so the question does not arise.

    ``browser``: whether a page can be opened here, which it cannot without a display.
    """

    tray_host: bool | None = None
    terminal: bool | None = None
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything that was seen.  ``ssh_version`` is empty where there is no ssh.

    ``program`` names this Alpkey, its Python and the system; ``installed`` are the Alpkeys that a
    shell would find.
    ``own`` is what the person's own configuration makes of the centre's names.  ``logins`` are
    by host, and only those that were tried.  ``unconfirmable`` says what keeps an agent from asking
    at each use.
    """

    site: Site
    settings: Settings
    snapshot: Snapshot
    known: Known
    program: str = ""
    files: FilesObservation | None = None
    ssh_version: str | None = None
    agent: AgentObservation | None = None
    own: Mapping[str, Resolved] | None = None
    line: IncludeLineState | None = None
    reach: ReachObservation | None = None
    service: ServiceObservation | None = None
    keychain: KeychainObservation | None = None
    desk: DesktopObservation | None = None
    installed: tuple[Path, ...] | None = None
    unconfirmable: str | None = None
    logins: Mapping[str, LoginObservation] = field(default_factory=dict)
