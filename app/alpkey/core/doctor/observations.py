"""What the doctor's probes observed, as plain values; :mod:`diagnosis` draws the conclusions.

Where a probe could not find out, or was too slow, its value is None, and no check concludes
anything from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from alpkey.core.settings.settings import Settings
from alpkey.core.site import Site
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.state.journal import Known
from alpkey.core.state.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PathObservation:
    """A file or folder that exists.  ``own``: it belongs to the user who runs this process."""

    path: Path
    mode: int
    own: bool
    readable: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class FilesObservation:
    """The examined files that exist, by name (:data:`checks_files.FILES`), and their disks.

    ``free_bytes`` is the smaller free space of the disks of key and state; ``locks``: the state's
    file system supports file locks; ``interrupted``: an installation was interrupted;
    ``leftovers``: what it left staged beside the key, private keys among them.
    """

    paths: Mapping[str, PathObservation]
    free_bytes: int
    locks: bool
    interrupted: bool
    leftovers: tuple[Path, ...] = ()


AgentAnswer = Literal["absent", "hangs", "refuses", "answers"]


@dataclass(frozen=True, slots=True)
class AgentObservation:
    """The agent that ssh will use.  Where it cannot be used, ``why`` and ``advice`` are sentences
    about what it did and what to do.

    ``current`` and ``plain``: it holds Alpkey's certificate, and the certificate's key; ``stale``
    counts Alpkey's old keys, 0 where there is no certificate to tell them by; ``foreign`` counts
    all others.  ``user_agent`` is the user's own, where Alpkey's own agent replaces it.
    """

    answer: AgentAnswer
    socket: str | None
    why: str = ""
    advice: str = ""
    current: bool = False
    plain: bool = False
    stale: int = 0
    foreign: int = 0
    user_agent: "AgentObservation | None" = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What ``ssh -G`` prints for a name: keyword in lower case, first value.

    ``refused`` is ssh's message where it rejects its configuration.  ``lines`` has for a keyword
    the file and line that its value comes from, where that was found.  ``lost_hook`` is the file
    and line that makes ssh run a script of Alpkey's that does not exist.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None
    lines: Mapping[str, str] = field(default_factory=dict)
    lost_hook: str | None = None


IncludeLineState = Literal["first", "not-first", "gone"]
"""The position of the Include line in the user's configuration, once it was added there."""

Reach = Literal["open", "name-unknown", "refused", "no-way", "too-slow", "hung-up", "not-ssh"]
Family = Literal["any", "inet", "inet6"]
"""The addresses that ssh uses, as values of its keyword AddressFamily."""


@dataclass(frozen=True, slots=True)
class ReachObservation:
    """What the jump host answered.

    ``stalls``: it answers, but one of its IPv6 addresses drops everything; ssh tries the addresses
    in turn, and waits there first.
    """

    answer: Reach
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class ServiceObservation:
    """How the key service answered: ``code`` is the error's code, None where there was none.

    ``status`` is the HTTP status, ``clock_ahead`` how far this computer's clock is ahead of the
    service's, ``proxy`` the host that connections to the service go through.
    """

    host: str
    code: str | None
    why: str = ""
    status: int | None = None
    clock_ahead: timedelta | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class KeychainObservation:
    """The keychain of a saved password: the error's code, None where it works."""

    code: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DesktopObservation:
    """The desktop; a value is None where there is no display.

    ``browser``: a page can be opened here, which is never so without a display.
    """

    tray_host: bool | None = None
    terminal: bool | None = None
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything that was observed.  ``ssh_version`` is empty where there is no ssh.

    ``program`` names this Alpkey, its Python and the system; ``installed`` are the Alpkeys that a
    shell would find; ``crash_reports`` are the files that crashes left, the newest last.
    ``unknown_settings`` are keys of the settings file that this version does not have.
    ``own`` is what the user's own configuration makes of the centre's names.  ``logins`` are
    by host, and only those that were tried.  ``unconfirmable`` says why no agent can ask for
    confirmation at each use.
    """

    site: Site
    settings: Settings
    snapshot: Snapshot
    known: Known
    program: str = ""
    unknown_settings: tuple[str, ...] = ()
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
    crash_reports: tuple[Path, ...] | None = None
    unconfirmable: str | None = None
    logins: Mapping[str, LoginObservation] = field(default_factory=dict)

    def file(self, name: str) -> PathObservation | None:
        """The examined file of this name; None where it does not exist or was not examined."""
        return self.files.paths.get(name) if self.files else None
