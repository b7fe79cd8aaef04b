"""Bytes changed at random, read by each reader of what others write: a named error, or a value."""

import json
import random
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpkey.core.keys.certificate import InvalidCertificate, read_certificate
from alpkey.core.keys.key_file_kinds import Download, decoded, recognise
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.look_line import parse as parse_look
from alpkey.core.secret import Secret
from alpkey.core.settings.settings import InvalidSettings, read_values
from alpkey.core.site import InvalidSite, read_site
from alpkey.core.ssh.config_query import parse as parse_config
from alpkey.core.state.journal_lines import from_lines, to_line
from alpkey.core.tunnels.record import from_bytes, target_from_bytes, target_to_bytes, to_bytes
from alpkey.core.tunnels.slurm import from_squeue
from alpkey.core.updates.releases import LastUpdateCheck, Release
from tests.core.sites import FILE
from tests.core.state.test_journal import issued, maybe
from tests.core.test_look_line import line
from tests.core.tunnels.test_record import OPEN, WAY
from tests.keys import make_key, sign
from tests.trust.row import Row

INPUTS = 20_000
# What readers stumble over: a lone surrogate, numbers beyond bounds, deep nesting, wrong types.
WIDE = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\r", b"\n", b"-1", b"1e999", b"9" * 30),
    *(b"9" * 5000, b"[" * 3000, b"{}", b'""', b"null", b"true", b"[]"),
)


def fuzz(end: float | None) -> Iterator[Row]:
    """A row for each reader."""
    with tempfile.TemporaryDirectory() as folder:
        readers = _readers(Path(folder))
    for index, (name, read, errors, seeds) in enumerate(readers):
        row = Row(f"fuzz: {name}", points=INPUTS)
        share = None if end is None else (end - time.monotonic()) / (len(readers) - index)
        until = None if share is None else time.monotonic() + share
        chance = random.Random(name)
        for seed in seeds:
            read(seed)
        for _ in range(INPUTS):
            if until is not None and time.monotonic() > until:
                break
            row.tried += 1
            data = changed(chance, chance.choice(seeds))
            try:
                read(data)
            except errors:
                pass
            except Exception as error:  # noqa: BLE001  what is found
                row.failures.append(f"{type(error).__name__}: {error}: {data[:300]!r}")
        yield row


def changed(chance: random.Random, seed: bytes) -> bytes:
    """``seed`` with a few bytes or parts changed, taken out, doubled or put in."""
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 5)):
        at, length = chance.randrange(len(data) + 1), chance.randrange(1, 12)
        part = data[at : at + length]
        data[at : at + length] = chance.choice(
            (b"", part + part, bytes([chance.randrange(256)]), chance.choice(WIDE), part[::-1])
        )
    return bytes(data)


Reader = tuple[str, Callable[[bytes], object], tuple[type[Exception], ...], list[bytes]]


def _readers(folder: Path) -> list[Reader]:
    key = make_key(folder / "key")
    certificate = sign(make_key(folder / "ca"), key).read_bytes()
    private = key.read_bytes()
    site, settings = (
        FILE.read_bytes(),
        b'username = "alice"\nremind_before = "2h"\ntell_updates = true\n',
    )
    journal = (to_line(maybe()) + "\n" + to_line(issued()) + "\n").encode()
    release = LastUpdateCheck(datetime.now(UTC), Release("0.2.0", "https://x.example/")).to_bytes()
    squeue = b"alpkey|123|jupyter|RUNNING|1-02:03:04|nid[001001-001004,001010]\n"
    resolved = b"user alice\nhostname daint.alps.cscs.ch\nport 22\nidentityfile ~/.ssh/cscs-key\n"
    return [
        ("certificate", read_certificate, (InvalidCertificate,), [certificate]),
        ("head of a private key", read_head, (InvalidPrivateKey,), [private]),
        ("import text", _recognised, (), [private + certificate, certificate, private]),
        ("journal", lambda data: list(from_lines(_text(data).splitlines())), (), [journal]),
        ("look line", parse_look, (), [line().to_bytes()]),
        ("site", lambda data: read_site(_toml(data)), (InvalidSite, NotToml), [site]),
        ("settings", lambda data: read_values(_toml(data)), (InvalidSettings, NotToml), [settings]),
        ("answer of squeue", lambda data: from_squeue(_text(data)), (), [squeue]),
        ("answer of ssh -G", lambda data: parse_config(_text(data)), (), [resolved]),
        ("record of a tunnel", lambda data: from_bytes(data, alive=True), (), [to_bytes(OPEN)]),
        ("last tunnel", target_from_bytes, (), [target_to_bytes(WAY)]),
        ("record of releases", _release, (), [release]),
    ]


class NotToml(Exception):
    """tomllib refuses it, which the readers of files turn into their own error."""


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        raise NotToml from None


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _release(data: bytes) -> object:
    found = LastUpdateCheck.from_bytes(data)
    return found and (
        found.newer_than("0.1.0"),
        found.is_old(datetime.now(UTC)),
        json.loads(found.to_bytes()),
    )


def _recognised(data: bytes) -> object:
    return list(recognise([Download("a file", Secret(decoded(data)))]))
