# SPDX-License-Identifier: BSD-3-Clause
"""The node's web service: a page that stands in for a notebook server on a compute node.

It has no port on the machine: it lives at the end of a forwarded SSH channel, so nothing but a
tunnel through the node reaches it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncssh import SSHReader, SSHWriter


def page(node: str) -> bytes:
    """The whole answer: a greeting in plain text."""
    body = f"Hello from {node}\n".encode()
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
    )


async def answer(node: str, reader: SSHReader[bytes], writer: SSHWriter[bytes]) -> None:
    """Answer the one request of a connection, whatever it asks for."""
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(page(node))
    except asyncio.IncompleteReadError:
        pass  # the client went away before it had asked
    finally:
        writer.close()
