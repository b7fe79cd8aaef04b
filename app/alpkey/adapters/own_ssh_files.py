"""Our own files in the ssh folder, written only where they differ from what they should say."""

import re
from pathlib import Path

from alpkey.adapters import files
from alpkey.core.errors import Unfit
from alpkey.core.places import Places
from alpkey.core.site import Site
from alpkey.core.ssh_config import Identity, Unwritable, connect_file, hosts_file

MODE = 0o644
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


class OwnSshConfig:
    """``alpkey/config`` with the hosts of the site, and ``alpkey/connect`` for ``ssh -F``."""

    def __init__(self, site: Site, places: Places) -> None:
        self._site = site
        self._places = places

    def write(self, user: str | None) -> Path:
        at = self._places
        key = at.private_key(self._site.key_file)
        identity = Identity(user, key, key.with_name(key.name + "-cert.pub"))
        try:
            wanted = {
                at.own_ssh_config: hosts_file(self._site, identity, at),
                at.connect_config: connect_file(at),
            }
        except Unwritable as odd:
            raise Unfit(path=str(odd), reason="ssh cannot read such a path in a file.") from None
        files.private_folder(at.own_ssh)
        for path, text in wanted.items():
            _write(path, text.encode())
        return self._plainly_named(at.connect_config)

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


def _write(path: Path, content: bytes) -> None:
    with files.as_unfit(path):
        if path.exists() and path.read_bytes() == content:
            return
    files.replace(path, content, MODE)
