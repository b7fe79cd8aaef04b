"""The plain names on the ``Host`` lines of an ssh configuration: candidates to ask ssh about.

This is no parser of ssh's language; only ``ssh -G`` determines what a name means.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from alpkey.core.site import Host, Site

# A keyword may be quoted; blanks or one "=" follow it (ssh_config(5)).
_LINE = re.compile(rb'(?mi)^[ \t\r]*"?(host|include)"?(?:[ \t]*=[ \t]*|[ \t]+)([^\n\0]*)')
_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_PLAIN = re.compile(r"\w([\w@%+:.-]*\w)?")


@dataclass(frozen=True, slots=True)
class _Block:
    names: list[str]
    body: bytes


def candidates(contents: Iterable[bytes], site: Site) -> list[str]:
    """The names in their order, without those of the site's own hosts; no name comes twice.

    Names whose block mentions the centre come first, for only some of them will be asked about.
    """
    near: dict[str, None] = {}
    far: dict[str, None] = {}
    marks = _marks(site.hosts)
    taken = {host.name for host in site.hosts}
    for content in contents:
        for block in _blocks(content):
            found = near if marks.search(block.body) else far
            found.update((name, None) for name in block.names if name not in taken)
    return list({**near, **far})


def includes(content: bytes) -> list[str]:
    """The patterns on the ``Include`` lines, as they are written."""
    return [
        word
        for found in _LINE.finditer(content)
        if found[1].lower() == b"include"
        for word in _words(found[2])
    ]


def _blocks(content: bytes) -> Iterator[_Block]:
    found = [match for match in _LINE.finditer(content) if match[1].lower() == b"host"]
    starts = [match.start() for match in found] + [len(content)]
    for match, (start, end) in zip(found, pairwise(starts), strict=True):
        names = [name for name in _words(match[2]) if _PLAIN.fullmatch(name)]
        yield _Block(names, content[start:end])


def _words(arguments: bytes) -> Iterator[str]:
    for quoted, bare in _WORD.findall(os.fsdecode(arguments)):
        if bare.startswith("#"):
            return
        yield quoted or bare


def _marks(hosts: Iterable[Host]) -> re.Pattern[bytes]:
    """Matches the host names and their domains."""
    names = {host.host_name for host in hosts}
    domains = {name.partition(".")[2] for name in names if not name[-1].isdigit()}
    texts = sorted((names | domains) - {""})
    return re.compile(b"(?i)" + b"|".join(re.escape(text.encode()) for text in texts))
