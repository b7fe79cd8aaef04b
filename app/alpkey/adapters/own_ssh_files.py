"""Our own files in the ssh folder, written only where they differ from what they should say."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpkey.adapters import files
from alpkey.core.config_line import at_top, our_line
from alpkey.core.errors import Unfit
from alpkey.core.places import Places
from alpkey.core.ports_config import SSH_CONFIG, Touched
from alpkey.core.site import Site
from alpkey.core.ssh_config import Identity, Unwritable, connect_file, hosts_file

MODE = 0o644
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


class OwnSshConfig:
    """``alpkey/config`` with the hosts of the site, and ``alpkey/connect`` for ``ssh -F``."""

    def __init__(self, site: Site, places: Places, touched: Touched) -> None:
        self._site = site
        self._places = places
        self._touched = touched

    def write(self, user: str | None) -> Path | None:
        at = self._places
        with readable_by_ssh():
            wanted = {at.own_ssh_config: self.blocks(user), at.connect_config: connect_file(at)}
        for folder in (at.ssh, at.own_ssh):
            files.private_folder(folder)
        for path, text in wanted.items():
            _write(path, text.encode())
        return None if self._is_read_in() else self._plainly_named(at.connect_config)

    def blocks(self, user: str | None) -> str:
        key = self._places.private_key(self._site.key_file)
        identity = Identity(user, key, key.with_name(key.name + "-cert.pub"))
        with readable_by_ssh():
            return hosts_file(self._site, identity, self._places)

    def include(self) -> bytes:
        with readable_by_ssh():
            return our_line(self._places.own_ssh_config)

    def _is_read_in(self) -> bool:
        """Whether ssh was seen to find ours through the person's own file, which still says so."""
        if self._places.moved:
            return False
        with suppress(OSError, Unfit):
            entry = self._touched.entry(SSH_CONFIG) or {}
            line = self.include()
            with self._places.person_config.open("rb") as file:
                return entry.get("proven") is True and at_top(file.read(len(line) + 2), line)
        return False

    def _plainly_named(self, path: Path) -> Path:
        """``path``, or a link to it whose name a shell takes as it is.

        WORKAROUND: for a jump, OpenSSH (ssh.c, up to 10.x) puts the name of the ``-F`` file into
        a shell command without quotes, and expands percent signs in it.
        """
        if _PLAIN.fullmatch(str(path)):
            return path
        link = self._places.runtime / "connect"
        files.private_folder(link.parent)
        with files.as_unfit(link):
            files.link(link, path)
        return link


@contextmanager
def readable_by_ssh() -> Iterator[None]:
    """Turns a path that no line can hold into words.  Raises Unfit."""
    try:
        yield
    except Unwritable as odd:
        raise Unfit(path=str(odd), reason="ssh cannot read such a path in a file.") from None


def _write(path: Path, content: bytes) -> None:
    with files.as_unfit(path):
        if path.exists() and path.read_bytes() == content:
            return
    files.replace(path, content, MODE)
