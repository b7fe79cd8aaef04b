"""The doctor's queries to the user's ssh: version, resolved values, and a login."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from alpkey.adapters.ssh.remote import SshRemote
from alpkey.core.doctor.observations import Family, Resolved
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.command_lines import reading_only, unattended
from alpkey.core.ssh.config_query import first_values
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.ssh.on_demand import called_by

QUERY_TIMEOUT_S = 3.0
LOGIN_TIMEOUT_S = 12.0

_READING = re.compile(r"debug1: Reading configuration data (.+)")
_APPLYING = re.compile(r"debug1: (.+) line (\d+): Applying options for ")
_FAMILIES: Mapping[str, Family] = {"inet": "inet", "inet6": "inet6"}
# Older names that ssh still takes, and prints as the newer (OpenSSH release notes, 8.5).
_NEWER_NAMES = {"pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms"}
_NOISE = ("debug", "OpenSSH_", "Pseudo-terminal")


class OpenSshProbe:
    """The ``ssh`` on PATH.  ``own_config`` replaces the user's; None leaves it to ssh."""

    def __init__(self, own_config: Path | None, environ: Mapping[str, str]) -> None:
        self._own = own_config
        self._environ = unattended(environ)
        self._remote = SshRemote(environ, LOGIN_TIMEOUT_S)

    def version(self) -> str:
        try:
            shown = self._asked(["ssh", "-V"]).stderr
        except FileNotFoundError:
            return ""
        return error_messages.version(shown) or "unknown"

    def own(self, alias: str) -> Resolved:
        """``-v`` makes ssh name the blocks that it applies, each with file and line."""
        own = self._own
        if own and not os.access(own, os.F_OK):  # in an inaccessible folder, too
            own = Path("none")
        try:
            done = self._asked(["ssh", "-v", *reading_only(own), "-G", "--", alias])
        except FileNotFoundError:
            return Resolved()
        values = first_values(done.stdout)
        if done.returncode:
            words = [line for line in done.stderr.splitlines() if not line.startswith(_NOISE)]
            return Resolved(refused=" ".join(words) or "It ends without a word.")
        lost = next(_lost_hooks(done.stderr), None)
        return Resolved(values, lines=_origins(done.stderr, values), lost_hook=lost)

    def straight(self, alias: str, config: Path | None) -> Family | None:
        try:
            values = first_values(
                self._asked(["ssh", *reading_only(config), "-G", "--", alias]).stdout
            )
        except FileNotFoundError:
            return "any"
        if "proxyjump" in values or "proxycommand" in values:
            return None
        return _FAMILIES.get(values.get("addressfamily", ""), "any")

    def login(self, alias: str, config: Path | None) -> LoginObservation:
        return self._remote.run(alias, config, ["true"]).login(alias)

    def _asked(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        """Raises FileNotFoundError where there is no ssh."""
        try:
            return subprocess.run(
                command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=QUERY_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 255, "", "It does not end in time.")


def _origins(debug: str, values: Mapping[str, str]) -> dict[str, str]:
    """For each keyword the first line that gives it, among the blocks that ssh applied.

    Not a parser but ssh decides what applies: it names the blocks, and each is only searched
    for the line with the value.  A list that begins with a sign changes the default of ssh,
    which prints the result.
    """
    found: dict[str, str] = {}
    for path, number in _blocks(debug):
        for at, written, value in _block(path, number):
            newer = _NEWER_NAMES.get(written, written)
            keyword = newer if newer in values else written
            changes_default = keyword in values and value[:1] in ("+", "-", "^")
            if changes_default or values.get(keyword, "").lower() == value.lower():
                found.setdefault(keyword, f"{path} line {at}")
    return found


def _lost_hooks(debug: str) -> Iterator[str]:
    """File and line of each that has ssh run a script that is gone."""
    for path in dict.fromkeys(_READING.findall(debug)):
        for number, line in enumerate(_lines(Path(path)), 1):
            script = called_by(line)
            if script and not os.path.lexists(script):
                yield f"{path} line {number}"


def _blocks(debug: str) -> Iterator[tuple[Path, int]]:
    """Each applied block by the line of its ``Host``; a file's own beginning by 0."""
    for line in debug.splitlines():
        if reading := _READING.match(line):
            yield Path(reading[1]), 0
        elif applying := _APPLYING.match(line):
            yield Path(applying[1]), int(applying[2])


def _block(path: Path, start: int) -> Iterator[tuple[int, str, str]]:
    """Line number, keyword and value of the lines up to the next ``Host`` or ``Match``."""
    for number, line in enumerate(_lines(path)[start:], start + 1):
        keyword, value = _words(line)
        if keyword in ("host", "match"):
            return
        if keyword and not keyword.startswith("#"):
            yield number, keyword, value


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _words(line: str) -> tuple[str, str]:
    keyword, *rest = re.split(r"[\s=]+", line.strip(), maxsplit=1)
    return keyword.lower(), rest[0].strip().strip('"') if rest else ""
