# SPDX-License-Identifier: BSD-3-Clause
"""The file service of a host: sftp, and scp by either protocol."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import asyncssh

if TYPE_CHECKING:
    from .folder import UserFolder


class FileServer(asyncssh.SFTPServer):
    """Serves the folder of a host; relative paths start at the user's home folder."""

    def __init__(self, folder: UserFolder, channel: asyncssh.SSHServerChannel[Any]) -> None:
        folder.make()
        super().__init__(channel, os.fsencode(folder.root))
        self._folder = folder

    def map_path(self, path: bytes) -> bytes:
        """The place on this machine of `path` on the host."""
        return super().map_path(os.fsencode(self._folder.absolute(os.fsdecode(path))))

    def exit(self) -> None:
        """End the session as sshd does; scp takes one without a status for a failure."""
        self.channel.exit(0)
