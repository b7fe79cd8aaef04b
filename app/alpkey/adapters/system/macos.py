"""What is particular to macOS: Terminal without Automation rights, the Keychain, downloads."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpkey import path_checks
from alpkey.adapters.process.command_script import command_file
from alpkey.core.errors import InvalidInput, KeychainTrouble

if TYPE_CHECKING:
    from alpkey.core.doctor.observations import DesktopObservation

OPEN_TIMEOUT_S = 10.0
CODESIGN_TIMEOUT_S = 10.0


def downloads_folder(environ: Mapping[str, str], home: Path) -> Path:  # noqa: ARG001
    """The Finder translates its name, but on disk it is always this."""
    return home / "Downloads"


class DesktopTerminal:
    """The user's ``choice``, or Terminal with a ``.command`` file that removes itself.

    AppleScript would need a permission that is often refused; a file to open needs none.
    """

    def __init__(self, choice: Sequence[str], environ: Mapping[str, str]) -> None:
        self._choice = tuple(choice)
        self._environ = environ

    def open(self, command: Sequence[str], name: str) -> None:
        wanted = (
            [*self._choice, *command]
            if self._choice
            else ["open", "-a", "Terminal", command_file(command)]
        )
        try:
            subprocess.run(wanted, check=True, env=dict(self._environ), timeout=OPEN_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError):
            raise InvalidInput("no-terminal", name=name, looked_for=wanted[0]) from None


def keyring_backends() -> Sequence[Any]:
    """The Keychain, for the signed application only.

    To the Keychain all scripts of a Python are the same program, with the same access.
    """
    if not _is_signed(Path(sys.executable)):
        raise KeychainTrouble(
            "keychain-absent",
            reason="macOS keeps secrets apart for signed applications, and this is not one.",
        )
    from keyring.backends import macOS

    return (macOS.Keyring,)


def _is_signed(executable: Path) -> bool:
    """Whether it lies in a bundle that a developer known to Apple has signed (codesign(1))."""
    bundle = next((path for path in executable.parents if path.suffix == ".app"), None)
    if bundle is None or not getattr(sys, "frozen", False):
        return False
    verify = ["codesign", "--verify", "--strict", "-R=anchor apple generic", str(bundle)]
    try:
        done = subprocess.run(verify, capture_output=True, check=False, timeout=CODESIGN_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def desk(choice: Sequence[str], environ: Mapping[str, str]) -> "DesktopObservation":
    """The menu bar, Terminal and Safari are always there."""
    from alpkey.core.doctor.observations import DesktopObservation

    named = not choice or path_checks.find_program(choice[0], environ)
    return DesktopObservation(tray_host=True, terminal=bool(named), browser=True)
