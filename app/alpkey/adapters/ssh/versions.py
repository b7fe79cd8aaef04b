"""Which versions of OpenSSH a login may be made by."""

import subprocess
from collections.abc import Mapping, Sequence

from alpkey.adapters.process.programs import called
from alpkey.core.ssh import error_messages

_TIMEOUT_S = 2.0
_Version = tuple[int, int]


def all_since(version: _Version, environ: Mapping[str, str]) -> bool:
    """Whether there is an ssh on PATH, and every ssh there is of this version or newer."""
    found = [_version_of(str(program)) for program in called("ssh", environ)]
    return bool(found) and min(found) >= version


def known_options(
    options: Sequence[tuple[_Version, Sequence[str]]], environ: Mapping[str, str]
) -> list[str]:
    """The words of those ``options`` that the ssh on PATH knows; it refuses any other."""
    program = next((str(program) for program in called("ssh", environ)), None)
    version = _version_of(program) if program else (0, 0)
    return [word for since, words in options if version >= since for word in words]


def _version_of(program: str) -> _Version:
    """(0, 0) where it is unknown."""
    try:
        shown = subprocess.run(
            [program, "-V"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        ).stderr
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0, 0
    return error_messages.release(error_messages.version(shown) or "") or (0, 0)
