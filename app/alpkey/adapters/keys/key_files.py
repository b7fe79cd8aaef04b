"""The key pair in the ssh folder: read, installed as a pair, backed up.

A pair that the service made needs two renames, and between them ssh may be refused.  So both files
are staged and synced first, and an intent record names what is to be renamed.  Whoever runs next
after a cut finishes the renames; a cut before the record was written leaves the old pair.
"""

import json
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.state import atomic_write
from alpkey.core.errors import InvalidFile
from alpkey.core.json_text import parse_json
from alpkey.core.keys.certificate import public_key_in, public_line
from alpkey.core.keys.ports import IssuedPair, StoredKey
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.paths import certificate_of
from alpkey.core.secret import Secret

KEY_MODE = 0o600
CERTIFICATE_MODE = 0o644

# More than a key or a certificate takes: a disk that is full is found before a slot is spent.
ROOM_BYTES = 16 * 1024

# The ending of a backup.
_ASIDE = ".before-alpkey-{:%Y%m%d-%H%M%S}"
_IS_ASIDE = r"\.before-alpkey-\d{8}-\d{6}"


class KeyPairFiles:
    """The pair at ``key_path``; ``intent_path`` lies in the state folder.

    ``named``: the user named this key.  An existing one is then never replaced, and its folder
    keeps its mode; the folder of the default key is made private.
    """

    def __init__(self, key_path: Path, intent_path: Path, *, named: bool = False) -> None:
        self._key = key_path
        self._certificate = certificate_of(key_path)
        self._public = key_path.with_name(key_path.name + ".pub")
        self._waiting = key_path.with_name(key_path.name + ".next")
        self._intent = intent_path
        self._is_named = named

    @property
    def path(self) -> Path:
        return self._key

    @property
    def named(self) -> bool:
        return self._is_named

    def check_kinds(self) -> None:
        """Raises InvalidFile where what has the name of one of the files is no file that can be
        read.

        A link that leads nowhere would have its target made; reading from a pipe never ends.
        """
        for path in (self._key, self._public, self._certificate):
            with atomic_write.as_unfit(path):
                if found := path_checks.stat_if_present(path):
                    _require_file(found.st_mode, path)
                elif path_checks.is_link(path) and path != self._certificate:
                    raise InvalidFile(path=str(path), reason="It is a link that leads nowhere.")

    def current(self) -> StoredKey | None:
        return _stored(self._key, self._public)

    def private(self) -> Secret | None:
        return _secret(self._key)

    def pair(self) -> IssuedPair | None:
        private, certificate = self.private(), _text(self._certificate)
        return IssuedPair(private, certificate) if private and certificate is not None else None

    def public(self) -> str | None:
        return _text(self._public)

    def certificate(self) -> str | None:
        return _text(self._certificate)

    def check_writable(self) -> None:
        """Write a file without a name where the pair will lie: the only reliable test."""
        # The intent, too: what is signed cannot be put in place without it.
        for path in (self._key, self._certificate, self._intent):
            atomic_write.private_folder(path.parent)
            target = atomic_write.followed_file(path)
            with atomic_write.as_unfit(target.parent):
                atomic_write.check_stageable(target, ROOM_BYTES)
        with atomic_write.as_unfit(self._key.parent):
            if not self._is_named and self._key.parent.stat().st_mode & 0o077:
                self._key.parent.chmod(0o700)

    def install(self, pair: IssuedPair, public_line: str) -> None:
        """Install key and certificate; an existing ``.pub`` is replaced too.

        ssh reads a stale ``.pub`` before the key and would offer the wrong one.
        """
        self._install(pair, public_line if _is_there(self._public) else None)

    def waiting(self) -> Secret | None:
        return _secret(self._waiting)

    def keep_waiting(self, private: Secret) -> None:
        atomic_write.replace(self._waiting, _line(private.reveal()), KEY_MODE)

    def install_own(self, pair: IssuedPair, public_line: str) -> None:
        if self._is_named and os.path.lexists(self._key):
            raise InvalidFile("key-changed")
        self._install(pair, public_line)
        with suppress(InvalidFile):  # an unreadable file is not Alpkey's
            self._end_waiting()

    def _install(self, pair: IssuedPair, public_line: str | None) -> None:
        wanted = [
            (self._key, _line(pair.private.reveal()), KEY_MODE),
            (self._certificate, _line(pair.certificate), CERTIFICATE_MODE),
        ]
        if public_line is not None:
            wanted.append((self._public, _line(public_line), CERTIFICATE_MODE))
        moves = self._staged(wanted)
        try:
            atomic_write.replace(self._intent, json.dumps(moves).encode(), KEY_MODE)
        except BaseException:
            for staged in moves:
                atomic_write.discard(Path(staged))
            raise
        self._finish(moves)

    def install_private(self, private: Secret) -> None:
        """One rename."""
        atomic_write.replace(self._key, _line(private.reveal()), KEY_MODE)

    def install_certificate(self, certificate: str) -> None:
        """One rename; a key that others may read is closed to them first, or ssh refuses it."""
        with (
            atomic_write.as_unfit(self._key),
            suppress(FileNotFoundError),
        ):  # in hardware
            if self._key.stat().st_mode & 0o077:
                self._key.chmod(KEY_MODE)
        atomic_write.replace(self._certificate, _line(certificate), CERTIFICATE_MODE)

    def add_public(self, public_line: str) -> None:
        """In one step, which fails where the file has appeared meanwhile."""
        with atomic_write.as_unfit(self._public):
            staged = atomic_write.stage(self._public, _line(public_line), CERTIFICATE_MODE)
            try:
                os.link(staged, self._public)
            finally:
                atomic_write.discard(staged)

    def keep_backup(self, now: datetime) -> Path:
        """Copies all files of the pair aside, under names that carry the time."""
        ending = self._free_ending(now)
        for path in (self._key, self._certificate, self._public):
            if _is_there(path):
                with atomic_write.as_unfit(path):
                    _copy(path, path.with_name(path.name + ending))
        return self._key.with_name(self._key.name + ending)

    def keep_certificate(self, now: datetime) -> Path:
        aside = self._certificate.with_name(self._certificate.name + self._free_ending(now))
        with atomic_write.as_unfit(self._certificate):
            _copy(self._certificate, aside)
        return aside

    def _free_ending(self, now: datetime) -> str:
        """One that no copy has yet: two may be made within a second."""
        names = [path.name for path in (self._key, self._certificate, self._public)]
        while True:
            ending = _ASIDE.format(now)
            if not any(os.path.lexists(self._key.with_name(name + ending)) for name in names):
                return ending
            now += timedelta(seconds=1)

    def every(self) -> list[StoredKey]:
        aside = self._named(f"{re.escape(self._key.name)}{_IS_ASIDE}")
        found = [_stored(path, self._beside(path)[1]) for path in (self._key, *aside)]
        return [stored for stored in found if stored is not None]

    def remove(self, key: StoredKey) -> None:
        """The key goes last: after an interruption it still shows whose the files were."""
        for path in (*self._beside(key.path), key.path):
            _remove(path)

    def remove_certificate(self) -> None:
        _remove(self._certificate)

    def remove_waiting(self) -> bool:
        left = self._staged_leftovers()
        left += [self._waiting] if _is_there(self._waiting) else []
        for path in left:
            _remove(path)
        return bool(left)

    def sweep(self, before_s: float) -> None:
        """Remove what a cut left staged ``before_s``, in seconds since the epoch.

        Called under the lock only.  An installation that was cut off is finished first: nothing is
        removed while there is one.  What cannot be removed stays for the doctor.
        """
        with suppress(OSError, InvalidFile):
            if self.interrupted():
                return
            for path in self._staged_leftovers():
                atomic_write.discard_old(path, before_s)

    def leftovers(self) -> list[Path]:
        try:
            return self._staged_leftovers()
        except (InvalidFile, OSError):  # what needs the folder says what is wrong with it
            return []

    def _staged_leftovers(self) -> list[Path]:
        """Files staged for the pair, beside it and where links to it lead.  Raises InvalidFile."""
        left: list[Path] = []
        for path in (self._key, self._certificate, self._public, self._waiting):
            target = atomic_write.followed(path)
            pattern = rf"\.{re.escape(target.name)}({_IS_ASIDE})?{atomic_write.STAGED}"
            left += self._named(pattern, target.parent)
        return sorted(set(left))

    def _named(self, pattern: str, folder: Path | None = None) -> list[Path]:
        """The files in the folder whose whole name fits.  Raises InvalidFile."""
        folder = folder or self._key.parent
        with atomic_write.as_unfit(folder):
            found = sorted(folder.iterdir()) if path_checks.stat_if_present(folder) else []
        return [path for path in found if re.fullmatch(pattern, path.name)]

    def _beside(self, key: Path) -> tuple[Path, Path]:
        """Certificate and ``.pub`` of the installed key, or of a backup."""
        ending = key.name.removeprefix(self._key.name)
        return (
            self._certificate.with_name(self._certificate.name + ending),
            self._public.with_name(self._public.name + ending),
        )

    def interrupted(self) -> bool:
        return path_checks.lstat_or_none(self._intent) is not None

    def finish_interrupted(self) -> bool:
        try:
            content = path_checks.read_regular(self._intent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise atomic_write.unfit(self._intent, error) from None
        moves = _read_moves(content)
        self._finish(moves)
        for key in {self._key, *map(Path, list(moves.values())[:1])}:
            self._end_waiting(key)
        return True

    def _end_waiting(self, key: Path | None = None) -> None:
        """The key that waited for ``key`` is in place, perhaps under a passphrase."""
        key = key or self._key
        path = key.with_name(key.name + ".next")
        stored, waiting = _stored(key, key.with_name(key.name + ".pub")), _secret(path)
        with suppress(InvalidPrivateKey):
            if stored and waiting:
                head = read_head(waiting.reveal().encode("latin-1", errors="replace"))
                if head.public_key is not None and head.public_key == stored.public_key:
                    atomic_write.discard(path)

    def _staged(self, wanted: list[tuple[Path, bytes, int]]) -> dict[str, str]:
        moves: dict[str, str] = {}
        try:
            for path, content, mode in wanted:
                target = atomic_write.followed_file(path)
                with atomic_write.as_unfit(target):
                    moves[str(atomic_write.stage(target, content, mode))] = str(target)
        except BaseException:
            for staged in moves:
                atomic_write.discard(Path(staged))
            raise
        return moves

    def _finish(self, moves: Mapping[str, str]) -> None:
        """Renames what is still staged: a file that is gone was renamed before the cut.

        Raises InvalidFile where one cannot be renamed: the intent then stays, and the next command
        tries again.
        """
        for staged, target in moves.items():
            try:
                if os.path.lexists(staged):
                    Path(staged).replace(target)
            except OSError as error:
                raise _unfinished(moves, target, error) from None
        with suppress(OSError):  # all are in place; where that may not last, the intent stays
            for folder in {Path(target).parent for target in moves.values()}:
                atomic_write.sync_folder(folder)
            self._intent.unlink(missing_ok=True)


def _read_moves(content: bytes) -> dict[str, str]:
    """The renames in an intent: from a staged file to its place.  None where it is damaged."""
    try:
        moves = parse_json(content)
    except ValueError:
        return {}
    paths = [*moves, *moves.values()] if isinstance(moves, dict) else [None]
    is_whole = all(isinstance(path, str) and path[:1] == "/" and "\0" not in path for path in paths)
    return moves if is_whole else {}


def _unfinished(moves: Mapping[str, str], failed: str, error: OSError) -> InvalidFile:
    """The words for a pair of which ``failed`` could not be put in place."""
    done = [target for staged, target in moves.items() if not os.path.lexists(staged)]
    if not done:
        return atomic_write.unfit(Path(failed), error)
    return InvalidFile(
        "pair-unfinished",
        path=failed,
        replaced=", ".join(done),
        reason=f"{error.strerror or error}.",
    )


def _stored(path: Path, public: Path) -> StoredKey | None:
    """The key at ``path``, or that of which only the ``public`` half is here.  Raises
    InvalidFile.
    """
    try:
        head = read_head(_bytes(path))
    except FileNotFoundError:
        if blob := public_key_in(_text(public) or ""):
            return StoredKey(path, blob, encrypted=False, has_public=True, elsewhere=True)
        return None
    except InvalidPrivateKey:
        return StoredKey(path, None, encrypted=False)
    except OSError as error:
        raise atomic_write.unfit(path, error) from None
    has_public = _holds(public, head.public_key)
    return StoredKey(path, head.public_key, head.encrypted, has_public, head.in_hardware)


def _remove(path: Path) -> None:
    """Remove the file; a link to it belongs to the user and stays.  Raises InvalidFile."""
    target = atomic_write.followed_file(path)
    with atomic_write.as_unfit(target):
        if path_checks.stat_if_present(target):
            target.unlink()
            atomic_write.sync_folder(target.parent)


def _is_there(path: Path) -> bool:
    """Raises InvalidFile where that cannot be found out: a file is never lost for that."""
    with atomic_write.as_unfit(path):
        return path_checks.stat_if_present(path) is not None


def _secret(path: Path) -> Secret | None:
    text = _text(path)
    return None if text is None else Secret(text)


def _text(path: Path) -> str | None:
    """The file's text, if there is one.  Raises InvalidFile."""
    try:
        return _bytes(path).decode("latin-1")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise atomic_write.unfit(path, error) from None


def _bytes(path: Path) -> bytes:
    """The file's content; a pipe of that name is not waited for.  Raises OSError or InvalidFile."""
    try:
        return path_checks.read_regular(path)
    except path_checks.NotAPlainFile as error:
        raise InvalidFile(path=str(path), reason=f"{error.strerror}.") from None
    except IsADirectoryError:
        raise InvalidFile(path=str(path), reason="It is a folder.") from None


def _require_file(mode: int, path: Path) -> None:
    """Raises InvalidFile where ``mode`` is not that of a plain file."""
    if stat.S_ISDIR(mode):
        raise InvalidFile(path=str(path), reason="It is a folder.")
    if not stat.S_ISREG(mode):
        raise InvalidFile(path=str(path), reason="It is no plain file.")


def _holds(path: Path, public_key: bytes | None) -> bool:
    """Whether ``path`` is the ``.pub`` of this very key."""
    if public_key is None:
        return False
    return (_text(path) or "").split()[:2] == public_line(public_key).split()


def _line(text: str) -> bytes:
    """The text with exactly one newline at its end, as ssh requires."""
    return text.strip().encode() + b"\n"


def _copy(path: Path, backup: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    staged = atomic_write.stage(backup, _bytes(path), mode)
    try:
        staged.replace(backup)
    except OSError:
        atomic_write.discard(staged)
        raise
