"""The doctor: everything that it looks at, and what it can fix."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from alpkey import __version__, path_checks
from alpkey.adapters.clock import now
from alpkey.core.errors import AlpkeyError, InvalidInput
from alpkey.core.signin.methods import default_service
from alpkey.core.site import GATEWAY
from alpkey.wiring.agent import agent_world
from alpkey.wiring.renewal import key_service
from alpkey.wiring.settings import lacks, settings_world

if sys.platform == "darwin":
    from alpkey.adapters.system import macos as platform
else:
    from alpkey.adapters.system import linux as platform

if TYPE_CHECKING:
    from pathlib import Path

    from alpkey.actions.doctor import DoctorWorld
    from alpkey.core.doctor.observations import DesktopObservation, ServiceObservation
    from alpkey.wiring.base import Wiring

# The doctor as a whole takes less than 5 s, whatever hangs.
DOCTOR_TIMEOUT_S = 2.5


def doctor_world(wiring: Wiring) -> DoctorWorld:
    """What the doctor needs."""
    from alpkey.actions.doctor import DoctorWorld
    from alpkey.actions.settings import change
    from alpkey.adapters.process import programs
    from alpkey.adapters.process.background_call import side_by_side
    from alpkey.adapters.ssh.probe import OpenSshProbe
    from alpkey.adapters.ssh.user_config import UserConfigFile
    from alpkey.adapters.state.probe import FileSystemProbe
    from alpkey.adapters.system.network import reach
    from alpkey.core.doctor.checks_files import FILES

    at = wiring.paths
    config = at.user_config
    files = FileSystemProbe(
        {name: path(at, wiring.site) for name, path in FILES.items()},
        at.ssh,
        at.state,
        at.intent,
        lambda: _left_behind(wiring),
    )
    return DoctorWorld(
        site=wiring.site,
        settings=wiring.settings,
        unknown_settings=wiring.context.chosen.unknown,
        snapshot=wiring.snapshot,
        clock=now,
        agent=lambda: agent_world(wiring),
        own_files=wiring.own_files,
        user_config=UserConfigFile(config, at.undo),
        external_changes=wiring.external_changes,
        lock=wiring.lock,
        run_together=side_by_side,
        ssh=OpenSshProbe(config if at.moved else None, os.environ),
        observe_files=files.observe,
        change_mode=files.change_mode,
        reach=reach,
        service=lambda: _service(wiring),
        keychain=wiring.keychain_within(DOCTOR_TIMEOUT_S),
        desk=lambda: _desktop(wiring),
        installed=lambda: programs.called("alpkey", os.environ),
        crash_reports=lambda: _crash_reports(at.logs),
        use_ipv4=lambda: change("only_ipv4", "yes", settings_world(wiring)),
        lacks=lacks,
        program=own_description(),
    )


def _crash_reports(logs: Path) -> tuple[Path, ...]:
    """The reports of bugs, by their time, which is their name."""
    found = path_checks.with_suffix(logs, ".txt")
    return tuple(path for path in found if path.name.startswith("crash-"))


def _left_behind(wiring: Wiring) -> list[Path]:
    """What a cut left staged beside the key and cannot be removed: taking the lock sweeps."""
    if wiring.files.leftovers():
        with suppress(AlpkeyError), wiring.lock.held(timeout_s=0):
            pass
    return wiring.files.leftovers()


def _service(wiring: Wiring) -> ServiceObservation | None:
    """The service that the next key comes from; None where no service of the site is known here."""
    from alpkey.adapters.service.gateway import Gateway
    from alpkey.adapters.service.http import Http
    from alpkey.adapters.service.probe import KeyServiceProbe

    http = Http(wiring.site.ca_bundle)
    snapshot = wiring.snapshot()
    usual = default_service(wiring.site, snapshot.retired, snapshot.method)
    if usual and usual.kind == GATEWAY:
        return KeyServiceProbe(Gateway(usual, wiring.site, http).prove, http, usual.url, now)()
    try:
        service, url = key_service(wiring, http)
    except InvalidInput:
        return None
    return KeyServiceProbe(service.prove, http, url, now)()


def _desktop(wiring: Wiring) -> DesktopObservation:
    """What the desktop has for Alpkey; nothing without a display."""
    from alpkey.core.doctor.observations import DesktopObservation

    return (
        platform.desk(wiring.settings.terminal, os.environ)
        if wiring.has_display
        else DesktopObservation()
    )


def own_description() -> str:
    """Version, Python and system, for reports."""
    import platform as python

    return (
        f"Alpkey {__version__}, Python {python.python_version()}, "
        f"{python.system()} {python.release()} {python.machine()}"
    )
