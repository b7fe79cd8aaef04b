"""Kills before each file-changing call, errors in each: nothing lost, torn, left behind or denied.

After the break status runs, then the command again, as a person would.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic as now

from tests.centre import Home
from tests.trust.row import Row, in_time
from tests.trust.scenes import NEXT_PHRASE, PHRASE, Scene, Template, api_key, scenes
from tests.trust.system_calls import ERRORS, KILLED, Ended, broken, run, traced

STATUS_CODES = {0, 6, 7, 8, 9}
STAGED = re.compile(r"\.alpkey-[a-z0-9_]{8}$")
# Files that are replaced whole, so that they hold what was before or what is after.
WHOLE = ("ssh/config", "config/config.toml", "ssh/known_hosts")


def kills(home: Home, end: float | None) -> Iterator[Row]:
    return _broken(home, ("KILL",), end)


def errors(home: Home, end: float | None) -> Iterator[Row]:
    return _broken(home, ERRORS, end)


def _broken(home: Home, hows: tuple[str, ...], end: float | None) -> Iterator[Row]:
    """A row for each scene: ``hows`` are KILL and names of errors."""
    kind = "killed" if hows == ("KILL",) else "failing"
    all_scenes = scenes(home)
    for index, scene in enumerate(all_scenes):
        name = f"{kind}: {scene.name}"
        if end is not None and now() > end:
            yield Row(name)  # nothing tried, and the table says so
            continue
        rest = len(all_scenes) - index
        share = None if end is None else now() + (end - now()) / rest
        yield _row(home, scene, hows, share, name)


def _row(home: Home, scene: Scene, hows: tuple[str, ...], end: float | None, name: str) -> Row:
    row = Row(name)
    folder = home.path.parent
    fresh = folder / "kept fresh"
    if not fresh.exists():
        shutil.copytree(home.path, fresh, symlinks=True)
    Template(home, fresh).restore()
    home.centre.control("account", quota=None)
    scene.prepare(home)
    kept = folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(home.path, kept, symlinks=True)
    template = Template(home, kept)

    ended, calls, of_others = traced(home, scene.command, scene.typed(home), scene.environ(home))
    if ended.code != 0:
        row.failures.append(f"undisturbed it ended with {ended.code}: {ended.output[-300:]}")
        return row
    row.failures += [f"another thread or child changed a file: {one}" for one in of_others]
    judge = _Judge(home, scene, template)
    points = [(call, how) for call in calls for how in hows]
    row.points = len(points)
    for call, how in in_time(points, end):
        template.restore()
        ended = broken(home, scene.command, scene.typed(home), scene.environ(home), call, how)
        row.tried += 1
        row.failures += [f"{how} at {call}: {wrong}" for wrong in judge.wrongs(ended, how)]
    return row


class _Judge:
    """What is wrong with a home after a break; made after the undisturbed run."""

    def __init__(self, home: Home, scene: Scene, template: Template) -> None:
        self._home, self._scene = home, scene
        self._before, self._after = _whole(template.kept), _whole(home.path)
        self._had_pair = _pair_wrong(template.kept, scene.key_file) is None
        run(home, ("status",), "", {})
        self._run()
        self._names = _names(home.path)

    def wrongs(self, ended: Ended, how: str) -> Iterator[str]:
        home = self._home
        if how != "KILL" and (ended.code == 1 or "Traceback" in ended.output):
            yield f"ended as a bug: {ended.output[-300:]}"
        if how == "KILL" and ended.code not in (KILLED, 0):
            yield f"not killed, but ended with {ended.code}: {ended.output[-200:]}"
        status = run(home, ("status",), "", {})
        if status.code not in STATUS_CODES or "Traceback" in status.output:
            yield f"status ended with {status.code}: {status.output[-300:]}"
        certificate = home.path / f"ssh/{self._scene.key_file}-cert.pub"
        if not self._scene.removes and (self._had_pair or certificate.exists()):
            wrong = _pair_wrong(home.path, self._scene.key_file)
            if wrong:
                yield f"after status the pair is lost or torn: {wrong}"
        for name, found in _whole(home.path).items():
            if found not in (self._before[name], self._after[name]):
                yield f"{name} is neither as before nor as after"
        again = self._run()
        if again.code != 0:
            yield f"the next attempt ended with {again.code}: {again.output[-300:]}"
            return
        if not self._scene.removes and (wrong := _pair_wrong(home.path, self._scene.key_file)):
            yield f"after the next attempt the pair is lost or torn: {wrong}"
        if left := _names(home.path) - self._names:
            yield f"left behind: {sorted(left)}"

    def _run(self) -> Ended:
        """The command once more, and a step under the lock, which sweeps."""
        scene, home = self._scene, self._home
        again = run(home, scene.command, scene.typed(home), scene.environ(home))
        sweeping = run(home, ("renew", "--api-key"), "", api_key(home))
        return again if again.code else sweeping


def _whole(folder: Path) -> dict[str, bytes | None]:
    paths = {name: folder / name for name in WHOLE}
    return {name: path.read_bytes() if path.exists() else None for name, path in paths.items()}


def _names(folder: Path) -> set[str]:
    """All files below it, without the numbers in their names."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    plain = (re.sub(STAGED, ".alpkey-staged", str(path)) for path in found)
    return {re.sub(r"\d+", "#", name) for name in plain}


def _pair_wrong(folder: Path, key_file: str) -> str | None:
    """Why private key and certificate do not fit, by ssh-keygen's word; None where they do."""
    key, certificate = folder / "ssh" / key_file, folder / f"ssh/{key_file}-cert.pub"
    if not (key.exists() and certificate.exists()):
        return f"key {key.exists()}, certificate {certificate.exists()}"
    outputs = [_keygen("-y", "-P", phrase, "-f", str(key)) for phrase in ("", PHRASE, NEXT_PHRASE)]
    public = next((output for output in outputs if output), None)
    if public is None:
        return "no passphrase opens the key"
    of_key = _fingerprint(public)
    of_certificate = _fingerprint(certificate.read_text())
    return None if of_key == of_certificate else f"{of_key} is not {of_certificate}"


def _fingerprint(line: str) -> str:
    """ssh-keygen shows that of the certified key for a certificate."""
    return (_keygen("-l", "-f", "-", typed=line).split() or ["", ""])[1]


def _keygen(*arguments: str, typed: str = "") -> str:
    command = ["ssh-keygen", *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False).stdout
