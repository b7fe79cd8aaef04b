"""Records what a connection was decided on, for the fast way of the next one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from alpkey import glance, path_checks
from alpkey.adapters.clock import now
from alpkey.adapters.ssh.openssh import OpenSsh
from alpkey.adapters.state import atomic_write
from alpkey.adapters.state import connect_record_file as file
from alpkey.core.errors import AlpkeyError
from alpkey.core.look_line import FOR_EVER
from alpkey.core.ssh.command_lines import ssh_to
from alpkey.core.ssh.connect_record import FROM_ENVIRONMENT, ConnectRecord
from alpkey.core.state.snapshot import closed_doors
from alpkey.wiring.fast_connect import base_dirs

if TYPE_CHECKING:
    from alpkey.core.base_dirs import BaseDirs
    from alpkey.core.state.snapshot import Snapshot
    from alpkey.wiring.base import Wiring


def remember(wiring: Wiring) -> None:
    """Record what a connection stands on now.  It is a cache: where that fails, nothing is lost.

    Only the first account has one, whose names for the hosts are the plain ones.
    All is looked at before and after it is read, so that no change in between is missed.
    """
    if wiring.account:
        return
    with suppress(AlpkeyError, OSError, ValueError):
        base = base_dirs()
        path = file.path_in(base)
        paths = [os.path.normpath(one) for one in _deciding(wiring)]
        for _ in range(2):  # the first time our own files may have been written
            seen = file.look_at(paths)
            snapshot = wiring.snapshot()
            config = wiring.own_files.write(snapshot.account)
            record = _record(wiring, snapshot, config, [*seen, *_link(config, paths)], base)
            if file.look_at(paths) == seen:
                break
        else:
            return
        if path_checks.lstat_or_none(wiring.paths.intent):
            return
        content = record.to_bytes()
        known = file.read(path)
        if known is None or known.to_bytes() != content:
            atomic_write.replace(Path(path), content, 0o600)


def _deciding(wiring: Wiring) -> list[str]:
    at = wiring.paths
    key_files = glance.deciding_files(at, wiring.settings.site, wiring.site.key_file)
    files = [*key_files, *wiring.own_files.files, at.intent]
    return list(dict.fromkeys(map(str, files)))


def _link(config: Path | None, paths: list[str]) -> list[str]:
    """The link by which ssh reads its file, where the file's own name will not do."""
    if config is None or str(config) in paths:
        return []
    return file.look_at([str(config)])


def _record(
    wiring: Wiring, snapshot: Snapshot, config: Path | None, seen: list[str], base: BaseDirs
) -> ConnectRecord:
    certificate = snapshot.certificate
    socket, source = OpenSsh(config, os.environ).agent(wiring.site.jump_host)
    is_open = certificate is not None and closed_doors(snapshot, now()) is None
    after = before = None
    if certificate and is_open:
        after, before = certificate.counts_from, certificate.valid_before
    protected = bool(certificate and snapshot.encrypted)
    return ConnectRecord(
        valid_after=int(after.timestamp()) if after else 0,
        valid_before=int(before.timestamp()) if before else FOR_EVER if is_open else 0,
        names=[name for host in wiring.site.hosts for name in host.all_names],
        before=ssh_to("", config=config)[:-1],
        before_command=ssh_to("", config=config, remote_command=("true",))[:-2],
        agent=FROM_ENVIRONMENT if source == FROM_ENVIRONMENT else socket or "",
        key=certificate.public_key.hex() if certificate and protected else "",
        started=file.started(base),
        seen=seen,
    )
